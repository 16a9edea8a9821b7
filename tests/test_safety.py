"""What SECURITY.md promises: no network, no code from files, nothing outside the output folder."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from dbdgan_tf.cli.main import dbdgan

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [path for room in ("dbdgan_tf", "trainers", "tflite") for path in (ROOT / room).rglob("*.py")]
# Read by every Python process below the folder: children that try a model as well.
NO_NETWORK = """
import sys
def refuse(event, _):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        raise SystemExit("NETWORK " + event)
sys.addaudithook(refuse)
"""
# Each can run code that a file brings along, or write where an archive says.
UNSAFE_MODULES = {"pickle", "joblib", "dill", "shelve", "marshal", "tarfile"}
UNSAFE_CALLS = {"load_model", "enable_unsafe_deserialization", "extractall", "eval", "exec", "system"}
# It refuses every name that a state dict does not need.
ALLOWED = ["dbdgan_tf/models/weights/torch_file.py: import pickle"]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.full((40, 60, 3), 30, np.uint8))
    return path


def test_no_network(tmp_path, photo, model):
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook/sitecustomize.py").write_text(NO_NETWORK)
    path = os.pathsep.join((str(tmp_path / "hook"), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def offline(*words):
        command = [sys.executable, *map(str, words)]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)

    asks = offline("-c", "import socket; socket.create_connection(('127.0.0.1', 9))")
    assert asks.returncode == 1 and "NETWORK socket" in asks.stderr
    python = "import dbdgan_tf as d; d.BlurDetector()('photo.png').in_focus_share, d.score('photo.png')"
    for words in (
        ("-c", python),
        ("-m", "dbdgan_tf.cli", "map", photo, "map.png", "--model", model),
        ("-m", "dbdgan_tf.cli", "score", photo, "--model", model),
        ("-m", "dbdgan_tf.cli", "info", model),
        ("-m", "dbdgan_tf.cli", "doctor"),
    ):
        done = offline(*words)
        assert done.returncode == 0 and "NETWORK" not in done.stderr, done.stderr


def test_the_web_page_may_ask_its_own_server_alone():
    page = (ROOT / "tflite/web/index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    sources = {source for rule in policy.split(";") for source in rule.split()[1:]}
    assert "default-src 'none'" in policy and sources <= {"'none'", "'self'", "'wasm-unsafe-eval'", "blob:"}
    for path in (ROOT / "tflite/web/index.html", *(ROOT / "tflite/web/src").rglob("*.*")):
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", path.read_text().replace("// ", "")), path


def test_nothing_runs_a_files_code():
    found = {path.relative_to(ROOT): list(_unsafe(path.read_text())) for path in SOURCES}
    assert [f"{path}: {text}" for path, texts in found.items() for text in texts] == ALLOWED
    bad = "import pickle\nnp.load(a, allow_pickle=True)\ntorch.load(a)\nkeras.models.load_model(a)\neval(a)"
    assert len(list(_unsafe(bad))) == 5


def test_nothing_is_written_outside_of_the_output_folder(tmp_path, photo, model, monkeypatch):
    """Names that lead upwards and links that lead away."""
    for folder in ("work/in", "away"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.png").write_bytes(photo.read_bytes())
    (tmp_path / "work/in/linked").symlink_to(tmp_path / "away")
    (tmp_path / "work/in/b.png").symlink_to(tmp_path / "away/a.png")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sources = ["../photo.png", "in/../../away/*.png", "in", str(tmp_path / "away")]
    before = _files(tmp_path)
    for words in (
        ["map", *sources, "out", "--follow-links"],
        ["score", *sources, "--sort-into", "out/sorted", "--quiet"],
    ):
        result = CliRunner().invoke(dbdgan, [*words, "--model", model], standalone_mode=False)
        assert result.exception is None and result.return_value == 0, result.output
    made = {path for path in _files(tmp_path) - before if "cache" not in path.parts}
    assert len(made) >= 4 and all(path.is_relative_to("work/out") for path in made)


def _unsafe(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            if names & UNSAFE_MODULES:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            torch = ast.unparse(node.func) == "torch.load" and given.get("weights_only") != "True"
            opened = any(given.get(key, "False") != "False" for key in ("allow_pickle", "shell"))
            if name in UNSAFE_CALLS or torch or opened:
                yield ast.unparse(node)


def _files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}
