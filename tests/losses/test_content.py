"""Every loss by hand."""

import numpy as np
import pytest

from dbdgan_tf.losses import (
    binary_cross_entropy,
    consistency_loss,
    edge_loss,
    feature_loss,
    focus_iou_loss,
    least_squares_loss,
    relativistic_least_squares_loss,
    soft_iou_loss,
    ssim_loss,
)  # fmt: skip


def maps(values, size=16):
    """One constant map per value."""
    return np.stack([np.full((size, size, 1), v, "float32") for v in values])


def test_cross_entropy_equals_the_table_worked_by_hand():
    # -ln 0.8 = 0.22314 for a blurred pixel at 0.8, whose logit is ln 4; -ln 0.5 = 0.69315 at 0.5.
    logits = maps([0.0, np.log(4)])
    assert float(binary_cross_entropy(maps([1.0]), logits[1:])) == pytest.approx(0.22314, abs=1e-4)
    assert float(binary_cross_entropy(maps([0.0, 1.0]), logits)) == pytest.approx(0.45815, abs=1e-4)


def test_sample_weight_leaves_unlabelled_images_out():
    target, prediction = maps([1.0, 0.0]), maps([np.log(4), np.log(9)])
    weighted = float(binary_cross_entropy(target, prediction, np.array([1.0, 0.0], "float32")))
    assert weighted == pytest.approx(0.22314, abs=1e-4)
    assert float(binary_cross_entropy(target, prediction, np.zeros(2, "float32"))) == 0.0


def test_iou_averages_both_classes_or_counts_the_focused_one_alone():
    target = np.zeros((1, 4, 4, 1), "float32")
    target[:, :2] = 1.0
    assert float(soft_iou_loss(target, target)) == pytest.approx(0.0, abs=1e-6)
    # All blurred predicted: blur IoU (8+1)/(16+1), focus IoU (0+1)/(8+1).
    expected = 1 - 0.5 * (9 / 17 + 1 / 9)
    assert float(soft_iou_loss(target, np.ones_like(target))) == pytest.approx(expected, abs=1e-6)
    # The focused class alone:
    assert float(focus_iou_loss(target, target)) == pytest.approx(0.0, abs=1e-6)
    # Half of the 8 focused pixels found, no other: (4+1)/(8+1). All called focused: (8+1)/(16+1).
    half = target.copy()
    half[:, 2] = 1.0
    assert float(focus_iou_loss(target, half)) == pytest.approx(1 - 5 / 9, abs=1e-6)
    assert float(focus_iou_loss(target, np.zeros_like(target))) == pytest.approx(1 - 9 / 17, abs=1e-6)
    # The second image has no weight.
    both = np.concatenate([half, np.zeros_like(target)]), np.concatenate([target, target])
    weight = np.array([1.0, 0.0], "float32")
    assert float(focus_iou_loss(both[1], both[0], weight)) == pytest.approx(1 - 5 / 9, abs=1e-6)


def test_ssim_is_zero_for_equal_maps_and_matches_constants_by_hand():
    rng = np.random.default_rng(0)
    noise = rng.random((2, 24, 24, 1)).astype("float32")
    assert float(ssim_loss(noise, noise)) == pytest.approx(0.0, abs=1e-5)
    # Constant maps 1 and 0: only the luminance term is left, c1 / (1 + c1).
    expected = 0.5 * (1 - 1e-4 / (1 + 1e-4))
    assert float(ssim_loss(maps([1.0]), maps([0.0]))) == pytest.approx(expected, abs=1e-4)


def test_edge_loss_of_a_step_edge():
    target = np.zeros((1, 8, 8, 1), "float32")
    target[:, :, 4:] = 1.0
    # Valid area 6x6; the horizontal response is 1 in two of six columns, the vertical one is 0.
    assert float(edge_loss(target, np.zeros_like(target))) == pytest.approx(2 / 6 / 2, abs=1e-6)
    assert float(edge_loss(target, target)) == 0.0


def test_consistency_is_the_mean_absolute_difference():
    teacher = np.array([[[[0.2], [0.8]]]], "float32")
    student = np.array([[[[0.5], [0.9]]]], "float32")
    assert float(consistency_loss(teacher, student)) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("student, expected", [([2.0, 0.0], 0.0), ([0.0, 3.0], 2.0), ([-5.0, 0.0], 4.0)])
def test_feature_loss_depends_on_direction_only(student, expected):
    teacher = np.array([1.0, 0.0], "float32").reshape(1, 1, 1, 2)
    student = np.array(student, "float32").reshape(1, 1, 1, 2)
    assert float(feature_loss(teacher, student)) == pytest.approx(expected, abs=1e-5)
    # Finite for dead features, too.
    assert np.isfinite(float(feature_loss(0 * teacher, np.ones_like(teacher))))


def scores(values):
    return np.array(values, "float32")[:, None]


def test_least_squares_by_hand():
    discriminator, generator = least_squares_loss(scores([1.0, 0.0]), scores([0.5, 0.5]))
    assert float(discriminator) == pytest.approx(0.5 * (0.5 + 0.25))
    assert float(generator) == pytest.approx(0.5 * 0.25)


def test_relativistic_by_hand():
    # real mean 2, fake mean 0: real-fake = 2 +- 1, fake-real = -2.
    discriminator, generator = relativistic_least_squares_loss(scores([1.0, 3.0]), scores([0.0, 0.0]))
    assert float(discriminator) == pytest.approx(0.5 * ((0.0 + 4.0) / 2 + 1.0))
    assert float(generator) == pytest.approx(0.5 * ((4.0 + 16.0) / 2 + 9.0))
    # Half each way when scores agree.
    agreeing = relativistic_least_squares_loss(scores([0.7, 0.7]), scores([0.7, 0.7]))
    assert [float(loss) for loss in agreeing] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("loss", [least_squares_loss, relativistic_least_squares_loss])
def test_swapped_sides_and_weights(loss):
    real, fake = scores([0.3, 9.0]), scores([-0.2, -9.0])
    only_first = loss(real, fake, np.array([1.0, 0.0], "float32"))
    alone = loss(real[:1], fake[:1])
    np.testing.assert_allclose([float(x) for x in only_first], [float(x) for x in alone], atol=1e-6)
