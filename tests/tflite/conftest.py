"""Models for the tests of the entry points."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def flat_models():
    path = Path(__file__).resolve().parent.parent / "inference" / "flat_models.py"
    spec = importlib.util.spec_from_file_location("flat_models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
