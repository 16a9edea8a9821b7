"""Windows cover the photograph; blending loses nothing."""

import numpy as np
import pytest

from dbdgan_tf.inference.tiling import TileGrid, blend, windows


def test_spans_by_hand():
    grid = TileGrid(overlap=0.5, zoom=1.0, max_windows=3)
    assert grid.spans(100, 100) == [(0, 100)]
    assert grid.spans(150, 100) == [(0, 100), (50, 150)]
    # Three windows of length 400 / (1 + 2 * 0.5) = 200, each half a window further.
    assert grid.spans(400, 100) == [(0, 200), (100, 300), (200, 400)]


@pytest.mark.parametrize("size", [(1, 1), (321, 999), (3000, 4000), (20000, 10)])
def test_windows_cover_everything(size):
    covered = np.zeros(size, bool)
    for place in windows(size, (320, 320), TileGrid()):
        assert covered[place].size > 0
        covered[place] = True
    assert covered.all()


def test_blend_of_windows_of_a_map_is_the_map():
    rng = np.random.default_rng(0)
    full = rng.random((130, 90), np.float32)
    places = windows(full.shape, (32, 32), TileGrid(zoom=1.0))
    assert len(places) == 12
    assert blend(full.shape, [(place, full[place]) for place in places]) == pytest.approx(full, abs=1e-5)


def test_blend_fades_between_windows():
    pieces = [
        ((slice(0, 1), slice(0, 60)), np.zeros((1, 60), np.float32)),
        ((slice(0, 1), slice(40, 100)), np.ones((1, 60), np.float32)),
    ]
    row = blend((1, 100), pieces)[0]
    assert row[39] == 0 and row[60] == 1
    assert np.all(np.diff(row[39:61]) > 0)


def test_bad_grids():
    with pytest.raises(ValueError, match="overlap"):
        TileGrid(overlap=1)
    with pytest.raises(ValueError, match="zoom"):
        TileGrid(zoom=0)
