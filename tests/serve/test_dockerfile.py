"""The steps of the Dockerfile, done without Docker: what is copied installs, starts and is healthy."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def steps(repository):
    text, found = (repository / "Dockerfile").read_text().replace("\\\n", " "), {}
    for name, rest in re.findall(r"^([A-Z]+) (.*)", text, re.MULTILINE):
        found.setdefault(name, []).append(rest.strip())
    return found


def test_what_is_copied_installs_and_starts(steps, repository, tmp_path):
    for words in steps["COPY"]:
        *sources, target = words.split()
        for source in sources:
            place = tmp_path / "src" / (source if target == "./" else target)
            place.parent.mkdir(exist_ok=True)
            if (repository / source).is_dir():
                left_out = shutil.ignore_patterns("__pycache__", "*.h5", "*.tflite")
                shutil.copytree(repository / source, place, ignore=left_out)
            else:
                shutil.copy(repository / source, place)
    assert re.match(r'pip install .*"\.\[serve\]"', steps["RUN"][0])
    offline = "-q --no-deps --no-index --no-build-isolation".split()
    install = [sys.executable, "-m", "pip", "install", *offline, "--target", tmp_path / "site", "."]
    subprocess.run(install, cwd=tmp_path / "src", check=True, timeout=120)
    shutil.rmtree(tmp_path / "src")
    program, *words = json.loads(steps["ENTRYPOINT"][0])
    command = [sys.executable, tmp_path / "site/bin" / program, *words, "--port", "0", "--model", "/absent"]
    installed = {"cwd": "/", "env": {**os.environ, "PYTHONPATH": str(tmp_path / "site")}}
    process = subprocess.run(command, capture_output=True, text=True, timeout=60, **installed)
    assert process.returncode == 2 and "no such file: /absent" in process.stderr


def test_it_is_not_root_and_its_health_check_works(steps, server):
    assert steps["USER"] == ["65534:65534"]
    program, *words = json.loads(steps["HEALTHCHECK"][0].partition("CMD ")[2])
    for port, code in ((server.port, 0), (1, 1)):
        command = [word.replace(":8000", f":{port}") for word in words]
        assert subprocess.run([sys.executable, *command], stderr=subprocess.DEVNULL).returncode == code
