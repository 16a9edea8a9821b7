"""Which photographs a step gets, and which belong together."""

import numpy as np

from dbdgan_tf.data.drawing import EpochDrawing, ShareDrawing
from dbdgan_tf.data.scenes import fold_of, in_pairs, scene_of


def epoch(drawing, number):
    return np.concatenate([drawing.indices(number, step) for step in range(drawing.steps)])


def test_an_epoch_holds_every_sample_once_in_an_order_of_its_own():
    drawing = EpochDrawing(10, 4, seed=3, drop_remainder=False)
    first, second = epoch(drawing, 0), epoch(drawing, 1)
    assert sorted(first) == sorted(second) == list(range(10))
    assert (first != second).any()
    np.testing.assert_array_equal(epoch(EpochDrawing(10, 4, seed=3, drop_remainder=False), 0), first)
    assert EpochDrawing(10, 4).steps == 2
    # Steps beyond one pass come again.
    drawing = EpochDrawing(8, 4, steps=5)
    np.testing.assert_array_equal(drawing.indices(0, 0), drawing.indices(0, 2))
    assert drawing.steps == 5


def test_shares_hold_at_every_moment():
    drawing = ShareDrawing((30, 20, 10), (3, 2, 1), batch_size=4, seed=1, steps=6)
    sources = np.searchsorted([30, 50], np.concatenate([epoch(drawing, 0), epoch(drawing, 1)]), side="right")
    assert drawing.drawn(0) == (12, 8, 4) == drawing.drawn(1)
    for slots in range(1, len(sources) + 1):
        given = np.bincount(sources[:slots], minlength=3)
        np.testing.assert_array_less(np.abs(given - slots * np.array([3, 2, 1]) / 6), 1)


def test_a_source_is_gone_through_before_any_sample_comes_again():
    drawing = ShareDrawing((100, 5), (1, 1), batch_size=2, seed=7, steps=5)
    seen = [index - 100 for number in range(2) for index in epoch(drawing, number) if index >= 100]
    assert sorted(seen[:5]) == sorted(seen[5:]) == list(range(5))
    assert seen[:5] != seen[5:]


def test_a_step_is_the_same_whenever_it_is_asked_for():
    first, again = (ShareDrawing((9, 4), (2, 1), batch_size=3, seed=5) for _ in range(2))
    assert first.steps == 4
    for number in (3, 0):
        np.testing.assert_array_equal(epoch(first, number), epoch(again, number))


def test_scenes_pairs_and_folds():
    assert [scene_of(s) for s in ("whu_001_far", "a-NEAR", "nearby")] == ["whu_001", "a", "nearby"]
    stems = ["a_near", "a_far", "b_near", "c", "nearby"]
    assert in_pairs(stems) == {"a_near", "a_far"}
    # Folds divide evenly and never part a scene.
    folds = [fold_of(f"photo{number}", 4) for number in range(2000)]
    assert all(400 < folds.count(fold) < 600 for fold in range(4))
    assert all(fold_of(f"s{n}_near", 3) == fold_of(f"s{n}_far", 3) == fold_of(f"s{n}", 3) for n in range(50))
