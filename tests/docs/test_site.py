"""The documentation site builds with warnings as errors, and its reference leaves no public name out."""

import ast
import os
import re
import subprocess
import sys

import pytest
import tomllib

ROOMS = (
    "batch", "conversion", "data", "data/synthesis", "evaluation", "evaluation/report", "inference", "losses",
    "metrics", "model_file", "models", "models/encoders", "models/layers", "official",
    "quantization", "training", "verification",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(repository, tmp_path_factory):
    pytest.importorskip("mkdocstrings", reason="needs the extra: pip install '.[docs]'")
    pytest.importorskip("material", reason="needs the extra: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    process = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return folder


def test_pages_beside_the_code_are_part_of_it(site):
    for page in ("CONTRIBUTING.html", "tflite/golden/index.html", "tflite/web/index.html"):
        assert (site / page).is_file(), page
    assert "Finds what is out of focus" in (site / "reference/inference.html").read_text(encoding="utf-8")
    assert 'href="../golden/index.html"' in (site / "tflite/android/index.html").read_text()


def test_the_site_asks_no_other_host_for_anything(site):
    fetched = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]+(?:src|href)="(https?:[^"]+)')
    assert not [page for page in site.rglob("*.html") if fetched.search(page.read_text())]


def public_names(path):
    """What a module or a package's __init__.py exports, read from its source."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            (lazy,) = (word.value for word in node.value.keywords if word.arg == "submod_attrs")
            return [name for names in ast.literal_eval(lazy).values() for name in names]
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError(f"{path} exports nothing")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_in_the_reference(repository, room):
    pages = "".join(path.read_text() for path in (repository / "docs/reference").glob("*.md"))
    documented = set(re.findall(r"^::: dbdgan_tf\.(?:\w+\.)*(\w+)$", pages, re.MULTILINE))
    path = repository / "dbdgan_tf" / room
    names = set(public_names(path / "__init__.py" if path.is_dir() else path.with_suffix(".py")))
    assert names and not names - documented, f"no '::: dbdgan_tf...' line for {names - documented}"


def test_the_layout_table_is_what_import_linter_checks(repository):
    tools = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]
    layers = [layer.split(" | ") for layer in tools["importlinter"]["contracts"][0]["layers"]]
    checked = [(len(layers) - above, room) for above, layer in enumerate(layers) for room in layer]
    table = re.findall(r"^\| (\d) \| `(\w+)` \|", (repository / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert [(int(level), room) for level, room in table] == checked
