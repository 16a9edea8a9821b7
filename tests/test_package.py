"""Importing the package is cheap, and every public name is there."""

import pytest

import dbdgan_tf
from dbdgan_tf.inference.bundled import ASSETS, MODELS


def test_import_loads_neither_tensorflow_nor_keras(run_python):
    code = "import sys, dbdgan_tf; print({'tensorflow', 'keras', 'cv2'} & set(sys.modules))"
    assert run_python(code).strip() == "set()"


@pytest.mark.parametrize("command", ["distill", "teacher", "qat", "evaluate"])
def test_light_names_and_help_of_trainers_work_where_tensorflow_and_keras_are_absent(command, run_python):
    code = f"""
        import runpy, dbdgan_tf
        assert all(map(callable, (dbdgan_tf.BlurDetector, dbdgan_tf.evaluate, dbdgan_tf.find_samples)))
        sys.argv = ["{command}", "--help"]
        runpy.run_module("trainers.{command}", run_name="__main__")
    """
    assert "--[no]" in run_python(code, blocked=("tensorflow", "keras"))


def test_the_package_holds_the_models_that_it_names_and_their_terms():
    assert sorted(path.stem for path in ASSETS.glob("*.tflite")) == sorted(MODELS)
    assert "CUHK" in (ASSETS / "LICENCE.md").read_text(encoding="utf-8")


# tests/quantization uses the names of that package, which needs tfmot.
def test_every_public_name_is_there():
    assert all(getattr(dbdgan_tf, name) for name in dbdgan_tf.__all__ if name != "quantization")
    with pytest.raises(AttributeError, match="Detector"):
        dbdgan_tf.Detector  # noqa: B018
