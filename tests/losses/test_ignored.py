"""Ignored pixels: worked by hand, and without any influence on a loss."""

import keras
import numpy as np
import pytest

from dbdgan_tf import losses
from dbdgan_tf.losses.reduction import counted_windows, mean_over_images

TERMS = (
    losses.binary_cross_entropy, losses.soft_iou_loss, losses.focus_iou_loss, losses.ssim_loss,
    losses.edge_loss, losses.consistency_loss,
)  # fmt: skip


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
