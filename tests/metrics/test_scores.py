"""Truth tables worked by hand."""

import numpy as np
import pytest

from dbdgan_tf.metrics.scores import (
    adaptive_level,
    f_measure,
    precision_recall,
    score_map,
    selection_score,
    to_levels,
)

# 2 x 2: blurred on top. Map levels: 255 and 100 on the blurred pixels, 200 and 0 on the sharp ones.
MAP = np.array([[255, 100], [200, 0]], np.uint8)
MASK = np.array([[1, 1], [0, 0]], np.float32)


def test_precision_and_recall_of_map_at_least_t():
    scores, thresholds = score_map(MAP, MASK, "blur"), [0, 1, 100, 101, 128, 200, 201, 255]
    assert scores.precision[thresholds] == pytest.approx([2 / 4, 2 / 3, 2 / 3, 1 / 2, 1 / 2, 1 / 2, 1, 1])
    assert scores.recall[thresholds] == pytest.approx([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5])


def test_focus_inverts_map_and_mask():
    scores = score_map(MAP, MASK, "focus")
    # Inverted map: 0, 155 / 55, 255; positives are the bottom row.
    assert scores.precision[[0, 1, 56, 156]] == pytest.approx([2 / 4, 2 / 3, 1 / 2, 1.0])
    assert scores.recall[[0, 1, 56, 156]] == pytest.approx([1, 1, 0.5, 0.5])
    same = score_map(255 - MAP, 1 - MASK, "blur")
    assert scores.values == same.values


def test_values_by_hand():
    values = score_map(MAP, MASK, "blur").values
    # t = 1..100: P = 2/3, R = 1 -> 1.3 * 2/3 / (0.3 * 2/3 + 1) = 13/18; 201..255: P = 1, R = 1/2 -> 13/16.
    assert values["best_f"] == pytest.approx(13 / 16)
    # At 128: P = R = 1/2 -> F = 1/2; one hit, two predicted, two positive -> IoU 1/3.
    assert values["f_050"] == pytest.approx(0.5)
    assert values["iou"] == pytest.approx(1 / 3)
    assert values["mae"] == pytest.approx((0 + 155 + 200 + 0) / 255 / 4)
    # Twice the mean is 277.5, beyond the maximum 255 -> F at level 255.
    assert values["adaptive_f"] == pytest.approx(13 / 16)


def test_formulas_at_their_ends():
    precision, recall = np.array([1, 0, 0, 1, 0.5]), np.array([1, 0, 1, 0.5, 1])
    assert f_measure(precision, recall) == pytest.approx([1, 0, 0, 13 / 16, 0.65 / 1.15])
    cases = {(0, 0, 5): (1, 0), (0, 0, 0): (1, 1), (0, 4, 0): (0, 1), (3, 4, 6): (0.75, 0.5)}
    for (hits, predicted, total), expected in cases.items():
        assert precision_recall([hits], [predicted], total) == expected
    levels = {(0, 0): 1, (10, 30): 30, (0, 41, 0, 0): 21, (255, 255): 255, (3, 0, 0, 0): 2}
    assert [adaptive_level(np.array([row], np.uint8)) for row in levels] == list(levels.values())


@pytest.mark.parametrize("positive", ["blur", "focus"])
def test_perfect_map_scores_one(positive):
    mask = np.zeros((24, 32), bool)
    mask[5:20, 8:30] = True
    values = score_map(mask.astype(np.float32), mask, positive).values
    for name in ("best_f", "f_050", "adaptive_f", "iou", "s_measure", "weighted_f"):
        assert values[name] == pytest.approx(1, abs=1e-9), name
    # The mean over thresholds holds t = 0, where everything is predicted.
    assert values["e_measure"] > 255 / 256
    assert values["mae"] == 0


NAMES = ("best_f", "f_050", "adaptive_f", "iou", "mae", "s_measure", "weighted_f")


@pytest.mark.parametrize(
    ("blurred", "level", "expected"),
    # Weighted F blurs the error against zeros outside the picture, so that it is not 0 on a tiny one.
    [(0, 0, (1, 1, 1, 1, 0, 1, 1)), (0, 255, (0, 0, 0, 0, 1, 0, 0)), (1, 255, (1, 1, 1, 1, 0, 1, 1)),
     (1, 0, (1, 0, 0, 0, 1, 0))],
)  # fmt: skip
def test_wholly_sharp_and_wholly_blurred_photographs(blurred, level, expected):
    mask = np.full((8, 9), bool(blurred))
    values = score_map(np.full((8, 9), level, np.uint8), mask, "blur").values
    assert [values[name] for name in NAMES[: len(expected)]] == pytest.approx(expected)


@pytest.mark.filterwarnings("error")
def test_constant_map():
    mask = np.zeros((10, 10), bool)
    mask[:4] = True
    values = score_map(np.full((10, 10), 0.5, np.float32), mask, "blur").values
    assert values["best_f"] == pytest.approx(1.3 * 0.4 / (0.3 * 0.4 + 1))
    assert values["mae"] == pytest.approx(0.4 * 127 / 255 + 0.6 * 128 / 255)
    assert all(np.isfinite(list(values.values())))
    # A single positive pixel in the last corner.
    mask[:], mask[-1, -1] = False, True
    assert score_map(mask.astype(np.float32), mask, "blur").values["s_measure"] == pytest.approx(1, abs=0.05)


def test_agrees_with_pysodmetrics_where_both_are_defined():
    import py_sod_metrics

    rng = np.random.default_rng(3)
    levels = rng.integers(0, 256, (40, 50)).astype(np.uint8)
    levels[0, :2] = 0, 255
    mask = rng.random((40, 50)) < 0.4
    with pytest.warns(UserWarning):
        reference = py_sod_metrics.Fmeasure()
    reference.step(levels, mask.astype(np.uint8) * 255)
    scores = score_map(levels, mask, "blur")
    assert scores.values["adaptive_f"] == pytest.approx(reference.adaptive_fms[0])
    np.testing.assert_allclose(scores.precision, reference.precisions[0][::-1])
    np.testing.assert_allclose(scores.recall, reference.recalls[0][::-1])


def test_a_float_map_scores_as_its_8_bit_file():
    levels = np.arange(256, dtype=np.uint8)[None]
    np.testing.assert_array_equal(to_levels((levels / 255).astype(np.float32)), levels)


@pytest.mark.parametrize(
    ("value", "shape", "match"),
    [(np.nan, (2, 2), "finite. Received: 4"), (1.5, (2, 2), "0..1. Received: values from 1.5"),
     (-0.5, (2, 2), "0..1"), (0, (2, 2, 3), "shape"), (0, (0, 2), "shape")],
)  # fmt: skip
def test_bad_maps_and_arguments_are_refused(value, shape, match):
    with pytest.raises(ValueError, match=match):
        to_levels(np.full(shape, value))
    with pytest.raises(ValueError, match="Allowed: .*blur"):
        score_map(MAP, MASK, "sharp")
    with pytest.raises(ValueError, match="differ in size"):
        score_map(MAP, np.zeros((3, 2)), "blur")


def test_ignored_pixels_have_no_influence():
    rng = np.random.default_rng(0)
    blur_map, mask = rng.random((12, 10)), rng.random((12, 10)) > 0.5
    counted = np.ones((12, 10), bool)
    counted[:, 7:] = False
    for positive in ("blur", "focus"):
        scores = score_map(blur_map, mask, positive, counted)
        other = score_map(np.where(counted, blur_map, 0.9), np.where(counted, mask, True), positive, counted)
        assert other.values == scores.values
        cut = score_map(blur_map[:, :7], mask[:, :7], positive)
        for name in ("best_f", "f_050", "mae", "iou", "accuracy"):
            assert scores.values[name] == pytest.approx(cut.values[name]), name
    with pytest.raises(ValueError, match="pixels that count"):
        score_map(blur_map, mask, "blur", counted & False)


def test_selection_by_hand():
    sources = [(0.9, 0.1), (0.8, 0.2)]
    assert selection_score(sources) == pytest.approx(0.7)
    assert selection_score(sources, pair_error=0.2, uniform_error=0.1) == pytest.approx(0.7 - 0.1 - 0.05)
    assert selection_score([], pair_error=0.4) == pytest.approx(-0.2)
