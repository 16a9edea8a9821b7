"""Which photographs a step gets, and which belong together."""

import numpy as np

from dbdgan_tf.data.drawing import EpochDrawing, ShareDrawing
from dbdgan_tf.data.scenes import fold_of, only_pairs, scene_of


def epochs(drawing, *numbers):
    return np.array([drawing.indices(number, step) for number in numbers for step in range(drawing.steps)])


def test_steps_beyond_one_pass_come_again():
    drawing = EpochDrawing(9, 4, steps=5)
    np.testing.assert_array_equal(drawing.indices(0, 0), drawing.indices(0, 2))
    assert epochs(drawing, 0).shape == (5, 4)


def test_shares_hold_at_every_moment():
    drawing = ShareDrawing((30, 20, 10), (3, 2, 1), batch_size=4, seed=1, steps=6)
    sources = np.searchsorted([30, 50], epochs(drawing, 0, 1).ravel(), side="right")
    assert drawing.drawn(0) == (12, 8, 4) == drawing.drawn(1)
    for slots in range(1, len(sources) + 1):
        given = np.bincount(sources[:slots], minlength=3)
        np.testing.assert_array_less(np.abs(given - slots * np.array([3, 2, 1]) / 6), 1)


def test_a_source_is_gone_through_before_any_sample_comes_again():
    first, again = (ShareDrawing((100, 5), (1, 1), batch_size=2, seed=7, steps=5) for _ in range(2))
    # A step is the same whenever it is asked for.
    later = epochs(again, 1)
    np.testing.assert_array_equal(epochs(first, 0, 1), np.concatenate([epochs(again, 0), later]))
    seen = [index - 100 for index in epochs(first, 0, 1).ravel() if index >= 100]
    assert sorted(seen[:5]) == sorted(seen[5:]) == list(range(5)) and seen[:5] != seen[5:]
    assert ShareDrawing((9, 4), (2, 1), batch_size=3).steps == 4


def test_scenes_pairs_and_folds():
    assert [scene_of(s) for s in ("whu_001_far", "a-NEAR", "nearby")] == ["whu_001", "a", "nearby"]
    assert only_pairs(["a_near", "a_far", "b_near", "b_far"])
    for other in ("b_near", "c", "nearby"):
        assert not only_pairs(["a_near", "a_far", other])
    # Folds divide evenly and never part a scene.
    folds = [fold_of(f"photo{number}", 4) for number in range(2000)]
    assert all(400 < folds.count(fold) < 600 for fold in range(4))
    assert all(fold_of(f"s{n}_near", 3) == fold_of(f"s{n}_far", 3) == fold_of(f"s{n}", 3) for n in range(50))
