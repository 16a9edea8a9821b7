"""A small dataset on disk: three photographs, their masks and maps."""

import numpy as np
import pytest

from dbdgan_tf.photo import write_image


@pytest.fixture
def dataset(tmp_path):
    """ROOT with test/images (a, b, c: 20 x 30), test/masks and maps; the map of c is wrong everywhere."""
    rng = np.random.default_rng(0)
    for index, stem in enumerate("abc"):
        mask = np.zeros((20, 30), np.uint8)
        mask[:, : 10 + 5 * index] = 255
        photo = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
        write_image(tmp_path / "test/images" / f"{stem}.png", photo)
        write_image(tmp_path / "test/masks" / f"{stem}.png", mask)
        write_image(tmp_path / "maps" / f"{stem}.png", 255 - mask if stem == "c" else mask)
    return tmp_path
