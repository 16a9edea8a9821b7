"""Truth tables worked by hand."""

import numpy as np
import pytest

from dbdgan_tf.metrics import calibration
from dbdgan_tf.metrics.scores import adaptive_level, boundary_f, f_measure, score_map, selection_score

# 2 x 2: blurred on top. Map levels: 255 and 100 on the blurred pixels, 200 and 0 on the sharp ones.
MAP = np.array([[255, 100], [200, 0]], np.uint8)
MASK = np.array([[1, 1], [0, 0]], np.float32)


def test_values_by_hand():
    scores, thresholds = score_map(MAP, MASK, "blur"), [0, 1, 100, 101, 128, 200, 201, 255]
    assert scores.precision[thresholds] == pytest.approx([2 / 4, 2 / 3, 2 / 3, 1 / 2, 1 / 2, 1 / 2, 1, 1])
    assert scores.recall[thresholds] == pytest.approx([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5])
    values = scores.values
    # t = 1..100: P = 2/3, R = 1 -> 1.3 * 2/3 / (0.3 * 2/3 + 1) = 13/18; 201..255: P = 1, R = 1/2 -> 13/16.
    assert values["best_f"] == pytest.approx(13 / 16)
    # At 128: P = R = 1/2 -> F = 1/2; one hit, two predicted, two positive -> IoU 1/3.
    assert (values["f_050"], values["accuracy"]) == (pytest.approx(0.5), 0.5)
    assert values["iou"] == pytest.approx(1 / 3)
    assert values["mae"] == pytest.approx((0 + 155 + 200 + 0) / 255 / 4)
    # Twice the mean is 277.5, beyond the maximum 255 -> F at level 255.
    assert values["adaptive_f"] == pytest.approx(13 / 16)
    # A float map scores as its file of 8 bits.
    assert score_map(np.float32(MAP / 255), MASK, "blur").values == values
    # Inverted map: 0, 155 / 55, 255; positives are the bottom row.
    scores = score_map(MAP, MASK, "focus")
    assert scores.precision[[0, 1, 56, 156]] == pytest.approx([2 / 4, 2 / 3, 1 / 2, 1.0])
    assert scores.recall[[0, 1, 56, 156]] == pytest.approx([1, 1, 0.5, 0.5])
    assert scores.values == score_map(255 - MAP, 1 - MASK, "blur").values


def test_formulas_at_their_ends():
    precision, recall = np.array([1, 0, 0, 1, 0.5]), np.array([1, 0, 1, 0.5, 1])
    assert f_measure(precision, recall) == pytest.approx([1, 0, 0, 13 / 16, 0.65 / 1.15])
    levels = {(0, 0): 1, (10, 30): 30, (0, 41, 0, 0): 21, (255, 255): 255, (3, 0, 0, 0): 2}
    assert [adaptive_level(np.array([row], np.uint8)) for row in levels] == list(levels.values())


NAMES = ("best_f", "f_050", "adaptive_f", "iou", "mae", "s_measure", "weighted_f")


@pytest.mark.parametrize(
    ("blurred", "level", "expected"),
    # Weighted F blurs the error against zeros outside the picture, so that it is not 0 on a tiny one.
    [(0, 0, (1, 1, 1, 1, 0, 1, 1)), (0, 255, (0, 0, 0, 0, 1, 0, 0)), (1, 255, (1, 1, 1, 1, 0, 1, 1)),
     (1, 0, (1, 0, 0, 0, 1, 0)), (np.arange(72).reshape(8, 9) > 30, None, (1, 1, 1, 1, 0, 1, 1))],
)  # fmt: skip
def test_perfect_maps_and_photographs_wholly_sharp_or_blurred(blurred, level, expected):
    mask = np.full((8, 9), blurred, bool)
    blur_map = mask.astype(np.float32) if level is None else np.full((8, 9), level, np.uint8)
    values = score_map(blur_map, mask, "blur").values
    assert [values[name] for name in NAMES[: len(expected)]] == pytest.approx(expected)
    # The mean over thresholds holds t = 0, where everything is predicted.
    assert level is not None or values["e_measure"] > 255 / 256


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


@pytest.mark.parametrize(
    ("wrong", "match"),
    [({"blur_map": np.full((2, 2), np.nan)}, "finite. Received: 4"), ({"blur_map": MASK - 0.5}, "0..1"),
     ({"blur_map": MASK * 1.5}, "0..1. Received: .* to 1.5"), ({"blur_map": MASK[:0]}, "shape"),
     ({"blur_map": np.zeros((2, 2, 3))}, "shape"), ({"positive": "sharp"}, "Allowed: .*blur"),
     ({"mask": np.zeros((3, 2))}, "differ in size"), ({"counted": MASK > 1}, "pixels that count")],
)  # fmt: skip
def test_bad_maps_and_arguments_are_refused(wrong, match):
    with pytest.raises(ValueError, match=match):
        score_map(**{"blur_map": MAP, "mask": MASK, "positive": "blur", **wrong})


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


def half(column):
    """The area right of a column of 60 x 80 px, whose diagonal is 100 px; a boundary is met within 1 px."""
    return np.repeat(np.arange(80)[None] >= column, 60, 0)


@pytest.mark.parametrize(
    ("predicted", "target", "expected"),
    [(half(40), half(40), 1), (half(41), half(40), 1), (half(42), half(40), 0), (half(0), half(80), 1),
     (half(40), half(0), 0), (half(0), half(40), 0)],
)  # fmt: skip
def test_boundaries_off_by_pixels_or_absent(predicted, target, expected):
    assert boundary_f(predicted, target) == expected
    assert boundary_f(predicted, target, np.zeros((60, 80), bool)) == 1


def test_a_mask_that_ignores_its_whole_boundary_has_no_figure():
    counted = ~(half(39) & ~half(41))
    assert np.isnan(boundary_f(half(40), half(40), counted))
    assert boundary_f(half(20), half(0), counted) == 0  # of one class: a boundary is wrong


def test_half_of_a_boundary_by_hand():
    """The true edge runs through 60 rows; the map follows it through 30 and has no other: P = 1, R = 1/2."""
    predicted, counted = half(40), np.ones((60, 80), bool)
    predicted[30:] = False
    # The horizontal edge of the map between rows 29 and 30, from column 40 on, does not count.
    counted[29:31, 42:] = False
    assert boundary_f(predicted, half(40), counted) == pytest.approx(2 / 3, abs=0.03)


def test_error_by_hand():
    # Half the pixels say 0.2 and half of those are positive; the others say 0.8, and 0.6 of those are.
    levels, target = np.zeros((2, 2, 10), np.uint8), np.zeros((2, 2, 10), bool)
    levels[0], levels[1], target[0, 0], target[1, 0], target[1, 1, :2] = 51, 204, True, True, True
    shares = calibration.level_shares(levels, target)
    assert shares[:, [51, 204]].tolist() == [[0.5, 0.5], [0.25, 0.3]] and shares.sum() == 1.55
    assert np.allclose(calibration.reliability(shares, bins=5), [(0.2, 0.5, 0.5), (0.8, 0.6, 0.5)])
    assert calibration.calibration_error(shares) == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)
    # logit(0.8) = 2 ln 2, so that half of it is ln 2, the logit of 2/3.
    assert calibration.soften(0.8, 2) == pytest.approx(2 / 3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_of_a_map_that_is_too_sure_is_found(temperature):
    """Pixels spread evenly over the levels, positive as often as the softened level says."""
    shares = np.zeros((2, 256))
    shares[0, 1:255] = 1 / 254
    shares[1, 1:255] = calibration.soften(np.arange(1, 255) / 255, temperature) / 254
    assert calibration.best_temperature(shares) == pytest.approx(temperature, rel=0.02)
    assert calibration.calibration_error(shares, calibration.best_temperature(shares)) < 0.003
    assert (calibration.calibration_error(shares) > 0.05) == (temperature != 1)


def test_selection_by_hand():
    sources = [(0.9, 0.1), (0.8, 0.2)]
    assert selection_score(sources) == pytest.approx(0.7)
    assert selection_score(sources, pair_error=0.2, uniform_error=0.1) == pytest.approx(0.7 - 0.1 - 0.05)
    assert selection_score([], pair_error=0.4) == pytest.approx(-0.2)
