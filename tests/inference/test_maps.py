"""Maps: windows that cover a photograph, upsampling along its edges, mask, share and overlay."""

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference.result import OUTLINE, BlurResult
from dbdgan_tf.inference.tiling import TileGrid, blend, windows
from dbdgan_tf.inference.upsampling import guided_upsample


@pytest.fixture
def result():
    return BlurResult(np.array([[0.0, 0.4], [0.5, 1.0]], np.float32), np.full((2, 2, 3), 100, np.uint8))


def test_mask_and_share_include_the_threshold(result):
    assert result.mask().tolist() == [[False, False], [True, True]]
    assert result.mask(0.4).tolist() == [[False, True], [True, True]]
    assert result.in_focus_share == 0.5
    with pytest.raises(ValueError, match="0..1"):
        result.mask(128)


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


def test_a_map_linear_in_the_guide_is_recovered():
    # map = grey / 255 is slope 1, offset 0 in every window (epsilon -> 0).
    ramp = np.tile(np.linspace(0, 255, 128).astype(np.uint8), (128, 1))
    small = ramp.reshape(32, 4, 32, 4).mean((1, 3)).astype(np.float32) / 255
    out = guided_upsample(small, np.dstack([ramp] * 3), radius=2, epsilon=1e-8)
    assert np.abs(out - ramp / 255).max() < 0.01


def test_edges_are_sharper_than_bilinear():
    image = np.zeros((160, 160, 3), np.uint8)
    image[:, 83:] = 220
    truth = (image[..., 0] > 0).astype(np.float32)
    small = cv2.resize(truth, (20, 20), interpolation=cv2.INTER_AREA)
    bilinear = cv2.resize(small, (160, 160), interpolation=cv2.INTER_LINEAR)
    assert np.abs(guided_upsample(small, image) - truth).mean() < 0.5 * np.abs(bilinear - truth).mean()


def test_spans_by_hand():
    grid = TileGrid(overlap=0.5, zoom=1.0, max_windows=3)
    assert grid.spans(100, 100) == [(0, 100)]
    assert grid.spans(150, 100) == [(0, 100), (50, 150)]
    # Three windows of length 400 / (1 + 2 * 0.5) = 200, each half a window further.
    assert grid.spans(400, 100) == [(0, 200), (100, 300), (200, 400)]
    for option in ({"overlap": 1}, {"zoom": 0}):
        with pytest.raises(ValueError, match=next(iter(option))):
            TileGrid(**option)


def test_blend_of_windows_of_a_map_is_the_map():
    full = np.random.default_rng(0).random((130, 90), np.float32)
    places = windows(full.shape, (32, 32), TileGrid(zoom=1.0))
    assert len(places) == 12
    assert blend(full.shape, [(place, full[place]) for place in places]) == pytest.approx(full, abs=1e-5)


def test_blend_fades_between_windows():
    first, second = np.s_[:1, :60], np.s_[:1, 40:100]
    zeros = np.zeros((1, 60), np.float32)
    row = blend((1, 100), [(first, zeros), (second, zeros + 1)])[0]
    assert row[39] == 0 and row[60] == 1
    assert np.all(np.diff(row[39:61]) > 0)
