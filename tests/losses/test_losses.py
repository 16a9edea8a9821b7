"""Every loss by hand; what is ignored has no influence."""

import keras
import numpy as np
import pytest

from dbdgan_tf import losses
from dbdgan_tf.losses.reduction import counted_windows, mean_over_images

TERMS = (
    losses.binary_cross_entropy, losses.soft_iou_loss, losses.focus_iou_loss, losses.ssim_loss,
    losses.edge_loss, losses.consistency_loss,
)  # fmt: skip


def maps(values, size=16):
    """One constant map per value."""
    return np.stack([np.full((size, size, 1), v, "float32") for v in values])


def test_cross_entropy_equals_the_table_worked_by_hand():
    # -ln 0.8 = 0.22314 for a blurred pixel at 0.8, whose logit is ln 4; -ln 0.5 = 0.69315 at 0.5.
    logits = maps([0.0, np.log(4)])
    assert float(losses.binary_cross_entropy(maps([1.0]), logits[1:])) == pytest.approx(0.22314, abs=1e-4)
    assert float(losses.binary_cross_entropy(maps([0.0, 1.0]), logits)) == pytest.approx(0.45815, abs=1e-4)


def test_sample_weight_leaves_unlabelled_images_out():
    target, prediction = maps([1.0, 0.0]), maps([np.log(4), np.log(9)])
    weighted = float(losses.binary_cross_entropy(target, prediction, np.array([1.0, 0.0], "float32")))
    assert weighted == pytest.approx(0.22314, abs=1e-4)
    assert float(losses.binary_cross_entropy(target, prediction, np.zeros(2, "float32"))) == 0.0


def test_iou_averages_both_classes_or_counts_the_focused_one_alone():
    target = np.zeros((1, 4, 4, 1), "float32")
    target[:, :2] = 1.0
    assert float(losses.soft_iou_loss(target, target)) == pytest.approx(0.0, abs=1e-6)
    # All blurred predicted: blur IoU (8+1)/(16+1), focus IoU (0+1)/(8+1).
    expected = 1 - 0.5 * (9 / 17 + 1 / 9)
    assert float(losses.soft_iou_loss(target, np.ones_like(target))) == pytest.approx(expected, abs=1e-6)
    # The focused class alone:
    assert float(losses.focus_iou_loss(target, target)) == pytest.approx(0.0, abs=1e-6)
    # Half of the 8 focused pixels found, no other: (4+1)/(8+1). All called focused: (8+1)/(16+1).
    half = target.copy()
    half[:, 2] = 1.0
    assert float(losses.focus_iou_loss(target, half)) == pytest.approx(1 - 5 / 9, abs=1e-6)
    assert float(losses.focus_iou_loss(target, np.zeros_like(target))) == pytest.approx(1 - 9 / 17, abs=1e-6)
    # The second image has no weight.
    both = np.concatenate([half, np.zeros_like(target)]), np.concatenate([target, target])
    weight = np.array([1.0, 0.0], "float32")
    assert float(losses.focus_iou_loss(both[1], both[0], weight)) == pytest.approx(1 - 5 / 9, abs=1e-6)


def test_ssim_is_zero_for_equal_maps_and_matches_constants_by_hand():
    rng = np.random.default_rng(0)
    noise = rng.random((2, 24, 24, 1)).astype("float32")
    assert float(losses.ssim_loss(noise, noise)) == pytest.approx(0.0, abs=1e-5)
    # Constant maps 1 and 0: only the luminance term is left, c1 / (1 + c1).
    expected = 0.5 * (1 - 1e-4 / (1 + 1e-4))
    assert float(losses.ssim_loss(maps([1.0]), maps([0.0]))) == pytest.approx(expected, abs=1e-4)


def test_edge_loss_of_a_step_edge():
    target = np.zeros((1, 8, 8, 1), "float32")
    target[:, :, 4:] = 1.0
    # Valid area 6x6; the horizontal response is 1 in two of six columns, the vertical one is 0.
    assert float(losses.edge_loss(target, np.zeros_like(target))) == pytest.approx(2 / 6 / 2, abs=1e-6)
    assert float(losses.edge_loss(target, target)) == 0.0


def test_consistency_is_the_mean_absolute_difference():
    teacher = np.array([[[[0.2], [0.8]]]], "float32")
    student = np.array([[[[0.5], [0.9]]]], "float32")
    assert float(losses.consistency_loss(teacher, student)) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("student, expected", [([2.0, 0.0], 0.0), ([0.0, 3.0], 2.0), ([-5.0, 0.0], 4.0)])
def test_feature_loss_depends_on_direction_only(student, expected):
    teacher = np.array([1.0, 0.0], "float32").reshape(1, 1, 1, 2)
    student = np.array(student, "float32").reshape(1, 1, 1, 2)
    assert float(losses.feature_loss(teacher, student)) == pytest.approx(expected, abs=1e-5)
    # Finite for dead features, too.
    assert np.isfinite(float(losses.feature_loss(0 * teacher, np.ones_like(teacher))))


def scores(values):
    return np.array(values, "float32")[:, None]


def test_least_squares_by_hand():
    discriminator, generator = losses.least_squares_loss(scores([1.0, 0.0]), scores([0.5, 0.5]))
    assert float(discriminator) == pytest.approx(0.5 * (0.5 + 0.25))
    assert float(generator) == pytest.approx(0.5 * 0.25)


def test_relativistic_by_hand():
    # real mean 2, fake mean 0: real-fake = 2 +- 1, fake-real = -2.
    discriminator, generator = losses.relativistic_least_squares_loss(scores([1.0, 3.0]), scores([0.0, 0.0]))
    assert float(discriminator) == pytest.approx(0.5 * ((0.0 + 4.0) / 2 + 1.0))
    assert float(generator) == pytest.approx(0.5 * ((4.0 + 16.0) / 2 + 9.0))
    # Half each way when scores agree.
    agreeing = losses.relativistic_least_squares_loss(scores([0.7, 0.7]), scores([0.7, 0.7]))
    assert [float(loss) for loss in agreeing] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("loss", losses.ADVERSARIAL_LOSSES.values())
def test_swapped_sides_and_weights(loss):
    real, fake = scores([0.3, 9.0]), scores([-0.2, -9.0])
    only_first = loss(real, fake, np.array([1.0, 0.0], "float32"))
    alone = loss(real[:1], fake[:1])
    np.testing.assert_allclose([float(x) for x in only_first], [float(x) for x in alone], atol=1e-6)


def halves(left, right):
    """A map (1, 4, 4, 1) of two values."""
    return np.repeat([[[left], [left], [right], [right]]], 4, axis=0)[None].astype("float32")


def test_means_by_hand():
    values = np.array([[1.0, 3.0], [5.0, 7.0]], "float32").reshape(2, 1, 2, 1)
    counted = np.array([[1.0, 0.0], [1.0, 1.0]], "float32").reshape(2, 1, 2, 1)
    assert float(mean_over_images(values, None, counted)) == pytest.approx((1 + 6) / 2)
    assert float(mean_over_images(values, np.array([3.0, 1.0]), counted)) == pytest.approx((3 * 1 + 6) / 4)
    # An image of which nothing counts is no image.
    counted[0] = 0
    assert float(mean_over_images(values, None, counted)) == pytest.approx(6)
    assert float(mean_over_images(values, None, counted * 0)) == 0


def test_losses_by_hand():
    counted, ones = halves(1, 0), halves(1, 1)
    # The left half is right, the right half is wrong and does not count.
    assert float(losses.consistency_loss(ones, halves(1, 0), counted=counted)) == 0
    assert float(losses.consistency_loss(ones, halves(0.75, 0), counted=counted)) == pytest.approx(0.25)
    entropy = losses.binary_cross_entropy(ones, halves(np.log(4), -9), counted=counted)
    assert float(entropy) == pytest.approx(-np.log(0.8), abs=1e-6)
    # 8 counted pixels, all blurred, half of each found: blur (4 + 1) / (8 + 1), focus (0 + 1) / (4 + 1).
    iou = losses.soft_iou_loss(ones, halves(0.5, 0), counted=counted)
    assert float(iou) == pytest.approx(1 - 0.5 * (5 / 9 + 1 / 5), abs=1e-6)


def test_windows_that_touch_an_ignored_pixel_do_not_count():
    counted = np.ones((1, 5, 6, 1), "float32")
    counted[0, 4, 5] = 0
    windows = np.asarray(counted_windows(counted, 3))[0, ..., 0]
    np.testing.assert_array_equal(windows, [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0]])
    assert counted_windows(None, 3) is None


@pytest.mark.parametrize("term", TERMS)
def test_ignored_pixels_change_nothing(term):
    rng = np.random.default_rng(0)
    target, prediction, noise = rng.random((3, 2, 24, 24, 1)).astype("float32")
    counted = np.ones_like(target)
    counted[:, 15:, 16:] = 0
    changed = np.where(counted > 0, target, noise)
    expected = float(term(target, prediction, counted=counted))
    assert expected > 0 and expected != pytest.approx(float(term(target, prediction)), rel=1e-6)
    assert float(term(changed, prediction, counted=counted)) == pytest.approx(expected, rel=1e-5)
    other = np.where(counted > 0, prediction, noise)
    assert float(term(target, other, counted=counted)) == pytest.approx(expected, rel=1e-5)


def test_a_sure_and_wrong_pixel_keeps_its_gradient():
    import tensorflow as tf

    logits = keras.ops.convert_to_tensor([[[[30.0]]], [[[-40.0]]]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.binary_cross_entropy(np.array([0.0, 1.0], "float32").reshape(2, 1, 1, 1), logits)
    assert float(loss) == pytest.approx(35.0)
    np.testing.assert_allclose(np.ravel(tape.gradient(loss, logits)), [0.5, -0.5], rtol=1e-6)


def test_scores_of_ignored_positions_change_nothing():
    real, fake, counted = np.array([[1, 9], [3, -7], [1, 0]], "float32").reshape(3, 1, 1, 2, 1)
    for loss in losses.ADVERSARIAL_LOSSES.values():
        alone = loss(real[:, :, :1], fake[:, :, :1])
        np.testing.assert_allclose(loss(real, fake, None, counted), alone, rtol=1e-6)
