"""The tiny models of flat_models.py as fixtures."""

import pytest


@pytest.fixture
def grey_file(flat_models, tmp_path):
    """Path of the float32 grey model."""
    path = tmp_path / "grey.tflite"
    path.write_bytes(flat_models.grey_model())
    return path
