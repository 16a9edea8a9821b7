"""Truth tables worked by hand."""

import numpy as np
import pytest

from dbdgan_tf.metrics.scores import adaptive_level, f_measure, precision_recall, score_map, to_levels

# 2 x 2: blurred on top. Map levels: 255 and 100 on the blurred pixels, 200 and 0 on the sharp ones.
MAP = np.array([[255, 100], [200, 0]], np.uint8)
MASK = np.array([[1, 1], [0, 0]], np.float32)


@pytest.mark.parametrize(
    ("threshold", "precision", "recall"),
    [(0, 2 / 4, 1.0), (1, 2 / 3, 1.0), (100, 2 / 3, 1.0), (101, 1 / 2, 0.5), (128, 1 / 2, 0.5)]
    + [(200, 1 / 2, 0.5), (201, 1.0, 0.5), (255, 1.0, 0.5)],
)
def test_precision_and_recall_of_map_at_least_t(threshold, precision, recall):
    scores = score_map(MAP, MASK, "blur")
    assert scores.precision[threshold] == pytest.approx(precision)
    assert scores.recall[threshold] == pytest.approx(recall)


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


@pytest.mark.parametrize(
    ("precision", "recall", "expected"),
    [(1, 1, 1), (0, 0, 0), (0, 1, 0), (1, 0.5, 13 / 16), (0.5, 1, 0.65 / 1.15)],
)
def test_f_measure(precision, recall, expected):
    assert f_measure(precision, recall) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("hits", "predicted", "total", "expected"),
    [(0, 0, 5, (1, 0)), (0, 0, 0, (1, 1)), (0, 4, 0, (0, 1)), (3, 4, 6, (0.75, 0.5))],
)
def test_empty_denominators(hits, predicted, total, expected):
    precision, recall = precision_recall([hits], [predicted], total)
    assert (precision[0], recall[0]) == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([0, 0], 1), ([10, 30], 30), ([0, 41, 0, 0], 21), ([255, 255], 255), ([3, 0, 0, 0], 2)],
)
def test_adaptive_level(levels, expected):
    assert adaptive_level(np.array([levels], np.uint8)) == expected


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


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (0, {"best_f": 1, "f_050": 1, "adaptive_f": 1, "iou": 1, "mae": 0, "s_measure": 1, "weighted_f": 1}),
        (
            255,
            {"best_f": 0, "f_050": 0, "adaptive_f": 0, "iou": 0, "mae": 1, "s_measure": 0, "weighted_f": 0},
        ),
    ],
)
def test_wholly_sharp_photograph(level, expected):
    values = score_map(np.full((8, 9), level, np.uint8), np.zeros((8, 9), bool), "blur").values
    assert {name: values[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (
            255,
            {"best_f": 1, "f_050": 1, "adaptive_f": 1, "iou": 1, "mae": 0, "s_measure": 1, "weighted_f": 1},
        ),
        # Weighted F blurs the error against zeros outside the picture, so that it is not 0 on a tiny one.
        (0, {"best_f": 1, "f_050": 0, "adaptive_f": 0, "iou": 0, "mae": 1, "s_measure": 0}),
    ],
)
def test_wholly_blurred_photograph(level, expected):
    values = score_map(np.full((8, 9), level, np.uint8), np.ones((8, 9), bool), "blur").values
    assert {name: values[name] for name in expected} == pytest.approx(expected)


def test_constant_map():
    mask = np.zeros((10, 10), bool)
    mask[:4] = True
    values = score_map(np.full((10, 10), 0.5, np.float32), mask, "blur").values
    assert values["best_f"] == pytest.approx(1.3 * 0.4 / (0.3 * 0.4 + 1))
    assert values["mae"] == pytest.approx(0.4 * 127 / 255 + 0.6 * 128 / 255)
    assert all(np.isfinite(list(values.values())))


@pytest.mark.filterwarnings("error")
def test_single_positive_pixel_in_the_last_corner():
    mask = np.zeros((6, 7), bool)
    mask[-1, -1] = True
    values = score_map(mask.astype(np.float32), mask, "blur").values
    assert values["s_measure"] == pytest.approx(1, abs=0.05)


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


@pytest.mark.parametrize("level", range(0, 256, 5))
def test_a_float_map_scores_as_its_8_bit_file(level):
    assert to_levels(np.full((2, 2), level / 255, np.float32))[0, 0] == level


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        (np.full((2, 2), np.nan), "finite. Received: 4"),
        (np.full((2, 2), 1.5), "0..1. Received: values from 1.5"),
        (np.full((2, 2), -0.5), "0..1"),
        (np.zeros((2, 2, 3)), "shape"),
        (np.zeros((0, 2)), "shape"),
    ],
)
def test_bad_maps_are_refused(bad, match):
    with pytest.raises(ValueError, match=match):
        to_levels(bad)


def test_bad_arguments_are_refused():
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
