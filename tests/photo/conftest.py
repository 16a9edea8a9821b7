"""A photograph whose every turn and channel shows, and the smallest RAW file."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def gradient():
    """uint8 (48, 64, 3) RGB whose four corners differ."""
    across = np.tile(np.linspace(20, 230, 64, dtype=np.uint8), (48, 1))
    down = np.tile(np.linspace(230, 20, 48, dtype=np.uint8)[:, None], (1, 64))
    return np.stack([across, down, np.full_like(across, 90)], -1)


@pytest.fixture(scope="session")
def dng(load_module, repository):
    """`tiny_dng`, where rawpy is installed."""
    pytest.importorskip("rawpy")
    return load_module(repository / "tests/photo/tiny_dng.py").tiny_dng
