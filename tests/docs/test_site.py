"""The documentation site builds with warnings as errors."""

import os
import re
import subprocess
import sys

import pytest
import tomllib


@pytest.fixture(scope="module")
def site(repository, tmp_path_factory):
    pytest.importorskip("mkdocstrings", reason="needs the extra: pip install '.[docs]'")
    pytest.importorskip("material", reason="needs the extra: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=repository, env=environment, check=True, timeout=300)
    return folder


def test_pages_beside_the_code_and_the_reference_are_part_of_it(site):
    for page in ("CONTRIBUTING.html", "tflite/golden/index.html", "tflite/web/index.html"):
        assert (site / page).is_file(), page
    assert "Finds what is out of focus" in (site / "reference/inference.html").read_text(encoding="utf-8")
    names = {"models": "STUDENT_TAPS", "evaluation": "grid_picture", "training": "DataOptions"}
    for page, name in names.items():
        assert f'.{name}"' in (site / f"reference/{page}.html").read_text(encoding="utf-8"), name
    assert 'href="../golden/index.html"' in (site / "tflite/android/index.html").read_text()


def test_the_site_asks_no_other_host_for_anything(site):
    fetched = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]+(?:src|href)="(https?:[^"]+)')
    assert not [page for page in site.rglob("*.html") if fetched.search(page.read_text())]


def test_every_test_of_the_feature_table_exists(repository):
    table = (repository / "docs/features.md").read_text(encoding="utf-8")
    for path, names in re.findall(r"`(tests/[\w/.]+)`: ([^;|`]+)", table):
        text = (repository / path).read_text(encoding="utf-8")
        assert not [name for name in re.findall(r"test_\w+", names) if f"def {name}(" not in text], path


def test_the_layout_table_is_what_import_linter_checks(repository):
    tools = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]
    layers = [layer.split(" | ") for layer in tools["importlinter"]["contracts"][0]["layers"]]
    checked = [(len(layers) - above, room) for above, layer in enumerate(layers) for room in layer]
    table = re.findall(r"^\| (\d) \| `(\w+)` \|", (repository / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert [(int(level), room) for level, room in table] == checked
