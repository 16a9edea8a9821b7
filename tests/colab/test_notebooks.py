import importlib.util
import json
import os
import re
import sys
from pathlib import Path

import pytest

NOTEBOOKS = ("detect", "train_distill_convert")
COMMAND = re.compile(r"python -m ([\w.]+)")


def read_notebook(repository, name):
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat: pip install nbclient ipykernel")
    notebook = nbformat.read(repository / "colab" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture
def execute(repository, monkeypatch):
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient: pip install nbclient ipykernel")
    pytest.importorskip("ipykernel", reason="needs ipykernel: pip install nbclient ipykernel")

    def run(name, **environment):
        # Cells say `python`; it must be the one that runs the tests.
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        for key, value in environment.items():
            monkeypatch.setenv(key, str(value))
        notebook = read_notebook(repository, name)
        place = {"metadata": {"path": str(repository)}}
        nbclient.NotebookClient(notebook, timeout=1500, resources=place, kernel_name="python3").execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        return "".join(output.get("text", "") for output in outputs), outputs

    return run


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_clean_and_hold_no_logic(repository, name):
    notebook = read_notebook(repository, name)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        assert cell.outputs == [] and cell.execution_count is None
        assert not re.search(r"^\s*(def|class|while|with|lambda)\b", cell.source, re.MULTILINE), cell.source
        if cell.source.startswith("%%bash"):
            assert cell.source.splitlines()[1] == "set -e"
        else:
            assert "subprocess" not in cell.source
    assert not re.search(r"/work|/root|/tmp", (repository / "colab" / f"{name}.ipynb").read_text())
    # Every command and recipe exists.
    source = "\n".join(cell.source for cell in notebook.cells)
    commands = set(COMMAND.findall(source)) - {"pip"}
    assert len(commands) >= 1
    for command in commands:
        assert importlib.util.find_spec(command), command
    for recipe in re.findall(r"configs/[\w/]+\.flags", source):
        assert (repository / recipe).is_file()
    for choices in re.findall(r"^STUDENT = .*@param (\[.*\])", source, re.MULTILINE):
        assert all((repository / f"configs/{student}.flags").is_file() for student in json.loads(choices))


def test_detect(execute, model, tmp_path):
    printed, outputs = execute("detect", MODEL=model, OUTPUT=tmp_path / "blur")
    assert (tmp_path / "blur" / "map.png").stat().st_size > 0
    assert (tmp_path / "blur" / "overlay.png").stat().st_size > 0
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert "cup.png" in printed


def test_train_distill_convert(execute, tmp_path):
    path = os.pathsep.join([str(Path(__file__).parent / "eager"), os.environ.get("PYTHONPATH", "")])
    environment = {"SMOKE": 1, "RUN": tmp_path / "run", "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    printed, _ = execute("train_distill_convert", **environment)
    assert (tmp_path / "run" / "student_int8.tflite").stat().st_size > 10_000
    assert (tmp_path / "run" / "golden" / "contract.json").is_file()
    assert "the contract holds" in printed
