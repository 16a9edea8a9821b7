"""BlurResult: mask, share, overlay."""

import numpy as np
import pytest

from dbdgan_tf.inference.overlay import OUTLINE
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


def test_overlay_by_hand(result):
    assert np.array_equal(result.overlay(opacity=0, threshold=None), result.image)
    # In focus: untouched, though the map says 0.4. Both blurred pixels touch the focus, so both are the line.
    assert result.overlay().tolist() == [[[100] * 3] * 2, [list(OUTLINE)] * 2]
    # Alpha 128 of 255: (100 * 127 + 38 * 128 + 127) // 255 = 69, then 68 and 100.
    veiled = BlurResult(np.full((2, 2), 0.5, np.float32), result.image).overlay(opacity=1)
    assert veiled.tolist() == [[[69, 68, 100]] * 2] * 2
    with pytest.raises(ValueError, match="opacity"):
        result.overlay(opacity=2)


@pytest.mark.parametrize("longest, width", [(599, 1), (600, 2), (4000, 10)])
def test_the_line_lies_outside_the_focus(longest, width):
    blur_map = np.ones((3, longest), np.float32)
    blur_map[:, :100] = 0
    outline = (BlurResult(blur_map, np.zeros((3, longest, 3), np.uint8)).overlay() == OUTLINE).all(-1)
    assert np.flatnonzero(outline[1]).tolist() == list(range(100, 100 + width))
