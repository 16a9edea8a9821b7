"""The tiny models of flat_models.py as fixtures."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def flat_models():
    spec = importlib.util.spec_from_file_location("flat_models", Path(__file__).with_name("flat_models.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def grey_file(flat_models, tmp_path):
    """Path of the float32 grey model."""
    path = tmp_path / "grey.tflite"
    path.write_bytes(flat_models.grey_model())
    return path
