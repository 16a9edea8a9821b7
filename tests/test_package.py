"""Importing the package is cheap, and every public name is there."""

import pytest

import dbdgan_tf


def test_import_loads_neither_tensorflow_nor_keras(run_python):
    output = run_python(
        "import sys, dbdgan_tf; print(sorted({'tensorflow', 'keras', 'cv2'} & set(sys.modules)))"
    )
    assert output.strip() == "[]"


@pytest.mark.parametrize("name", ["BlurDetector", "evaluate", "find_samples"])
def test_light_names_work_where_tensorflow_and_keras_are_absent(name, run_python):
    code = f"import dbdgan_tf; print(callable(dbdgan_tf.{name}))"
    assert run_python(code, blocked=("tensorflow", "keras")).strip() == "True"


@pytest.mark.parametrize("command", ["distill", "teacher", "qat", "evaluate"])
def test_trainers_explain_themselves_where_the_extra_is_absent(command, run_python):
    code = f"""
        import runpy
        sys.argv = ["{command}", "--help"]
        runpy.run_module("trainers.{command}", run_name="__main__")
    """
    assert "--[no]" in run_python(code, blocked=("tensorflow", "keras"))


# tfmot changes Keras for the whole process; tests/quantization imports it in one of its own.
@pytest.mark.parametrize("name", [name for name in dbdgan_tf.__all__ if name != "quantization"])
def test_every_public_name_is_there(name):
    assert getattr(dbdgan_tf, name) is not None


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="Detector"):
        dbdgan_tf.Detector  # noqa: B018
