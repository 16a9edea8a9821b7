"""BlurResult: mask, share, overlay."""

import numpy as np
import pytest

from dbdgan_tf.inference.result import BlurResult


@pytest.fixture
def result():
    return BlurResult(np.array([[0.0, 0.4], [0.5, 1.0]], np.float32), np.full((2, 2, 3), 100, np.uint8))


def test_mask_includes_the_threshold(result):
    assert result.mask().tolist() == [[False, False], [True, True]]
    assert result.mask(0.4).tolist() == [[False, True], [True, True]]
    with pytest.raises(ValueError, match="0..1"):
        result.mask(128)


def test_in_focus_share(result):
    assert result.in_focus_share == 0.5


def test_overlay(result):
    assert np.array_equal(result.overlay(opacity=0, threshold=None), result.image)
    picture = result.overlay(opacity=1, threshold=None)
    assert picture.shape == (2, 2, 3)
    # Inferno runs from black to pale yellow.
    assert picture[0, 0].sum() < 30
    assert picture[1, 1].min() > 140
    square = np.pad(np.zeros((6, 6), np.float32), 3, constant_values=1)
    outlined = BlurResult(square, np.zeros((12, 12, 3), np.uint8))
    assert (outlined.overlay(opacity=0) == (64, 255, 96)).all(-1).sum() >= 20
    with pytest.raises(ValueError, match="opacity"):
        result.overlay(opacity=2)
