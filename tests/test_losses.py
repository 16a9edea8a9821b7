"""Every loss by hand; what is ignored has no influence."""

import keras
import numpy as np
import pytest

from dbdgan_tf import losses


def columns(*values):
    """A map (1, 16, 16, 1) of one, two or four values from left to right."""
    return np.tile(np.repeat(np.float32(values), 16 // len(values)), (16, 1))[None, ..., None]


def vector(*values):
    return np.float32(values).reshape(1, 1, 1, -1)


def scores(*values):
    return np.float32(values).reshape(-1, 1)


NOISE = np.random.default_rng(0).random((1, 24, 24, 1)).astype("float32")
EDGE, ONES, ZEROS = columns(1, 0), columns(1), columns(0)


@pytest.mark.parametrize(
    "name, target, prediction, expected",
    [
        # -ln 0.8 for a blurred pixel at 0.8, whose logit is ln 4; -ln 0.5 at 0.5.
        ("binary_cross_entropy", columns(0, 1), columns(0, np.log(4)), (np.log(2) - np.log(0.8)) / 2),
        # All blurred predicted: blur IoU (128 + 1) / (256 + 1), focus IoU (0 + 1) / (128 + 1).
        ("soft_iou_loss", EDGE, ONES, 1 - 0.5 * (129 / 257 + 1 / 129)),
        ("soft_iou_loss", EDGE, EDGE, 0),
        # Half of the 128 focused pixels found, no other; all called focused.
        ("focus_iou_loss", EDGE, columns(1, 1, 1, 0), 1 - 65 / 129),
        ("focus_iou_loss", EDGE, ZEROS, 1 - 129 / 257),
        ("focus_iou_loss", EDGE, EDGE, 0),
        ("ssim_loss", NOISE, NOISE, 0),
        # Constant maps 1 and 0: only the luminance term is left, c1 / (1 + c1).
        ("ssim_loss", ONES, ZEROS, 0.5 * (1 - 1e-4 / (1 + 1e-4))),
        # Valid area 14 x 14; the horizontal response is 1 in two columns, the vertical one is 0.
        ("edge_loss", EDGE, ZEROS, 2 / 14 / 2),
        ("edge_loss", EDGE, EDGE, 0),
        ("consistency_loss", columns(0.2, 0.8), columns(0.5, 0.9), 0.2),
        # Features count by their direction alone.
        ("feature_loss", vector(1, 0), vector(2, 0), 0),
        ("feature_loss", vector(1, 0), vector(0, 3), 2),
        ("feature_loss", vector(1, 0), vector(-5, 0), 4),
        ("feature_loss", vector(0, 0), vector(0, 0), 0),
    ],
)
def test_terms_by_hand(name, target, prediction, expected):
    loss = getattr(losses, name)
    assert float(loss(target, prediction)) == pytest.approx(expected, abs=1e-5)
    # A second image without weight changes nothing, and one of no weight is no loss.
    two = np.concatenate([target, target * 0]), np.concatenate([prediction, prediction * 0 + 1])
    weight = np.float32([1] * len(target) + [0] * len(target))
    assert float(loss(*two, weight)) == pytest.approx(expected, abs=1e-5)
    assert float(loss(*two, weight * 0)) == 0


# Relativistic: real mean 2, fake mean 0: real-fake = 2 +- 1, fake-real = -2.
@pytest.mark.parametrize(
    "name, real, fake, on_discriminator, on_generator",
    [
        ("lsgan", scores(1, 0), scores(0.5, 0.5), 0.5 * (0.5 + 0.25), 0.5 * 0.25),
        ("ralsgan", scores(1, 3), scores(0, 0), 0.5 * ((0 + 4) / 2 + 1), 0.5 * ((4 + 16) / 2 + 9)),
        ("ralsgan", scores(0.7, 0.7), scores(0.7, 0.7), 1, 1),
    ],
)
def test_adversarial_losses_by_hand(name, real, fake, on_discriminator, on_generator):
    loss, expected = losses.ADVERSARIAL_LOSSES[name], pytest.approx([on_discriminator, on_generator])
    assert [float(side) for side in loss(real, fake)] == expected
    # What has no weight, or does not count in a map of scores, changes nothing.
    more = np.concatenate([real, scores(9)]), np.concatenate([fake, scores(-9)])
    assert [float(side) for side in loss(*more, np.float32([1, 1, 0]))] == expected
    wide = [np.stack([side, side + 9], -1)[:, :, None].transpose(0, 1, 3, 2) for side in (real, fake)]
    counted = np.float32([1, 0]).reshape(1, 1, 2, 1).repeat(2, 0)
    assert [float(side) for side in loss(*wide, None, counted)] == expected


def test_means_by_hand():
    values, counted = np.float32([[1, 3, 5, 7], [1, 0, 1, 1]]).reshape(2, 2, 1, 2, 1)
    mean = losses.mean_over_images
    assert float(mean(values, None, counted)) == pytest.approx((1 + 6) / 2)
    assert float(mean(values, np.array([3.0, 1.0]), counted)) == pytest.approx((3 * 1 + 6) / 4)
    # An image of which nothing counts is no image.
    counted[0] = 0
    assert float(mean(values, None, counted)) == pytest.approx(6)
    assert float(mean(values, None, counted * 0)) == 0
    # 128 pixels count, all blurred, half of each found: blur (64 + 1) / (128 + 1), focus 1 / (64 + 1).
    iou = losses.soft_iou_loss(ONES, columns(0.5, 0), counted=EDGE)
    assert float(iou) == pytest.approx(1 - 0.5 * (65 / 129 + 1 / 65), abs=1e-6)


@pytest.mark.parametrize(
    "name", "binary_cross_entropy consistency_loss edge_loss focus_iou_loss soft_iou_loss ssim_loss".split()
)
def test_ignored_pixels_change_nothing(name):
    term, rng = getattr(losses, name), np.random.default_rng(0)
    target, prediction, noise = rng.random((3, 2, 24, 24, 1)).astype("float32")
    counted = np.ones_like(target)
    counted[:, 15:, 16:] = 0
    expected = float(term(target, prediction, counted=counted))
    assert expected != pytest.approx(float(term(target, prediction)), rel=1e-6)
    changed, other = (np.where(counted > 0, each, noise) for each in (target, prediction))
    assert float(term(changed, other, counted=counted)) == pytest.approx(expected, rel=1e-5)


def test_a_sure_and_wrong_pixel_keeps_its_gradient():
    import tensorflow as tf

    logits = keras.ops.convert_to_tensor([[[[30.0]]], [[[-40.0]]]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = losses.binary_cross_entropy(np.array([0.0, 1.0], "float32").reshape(2, 1, 1, 1), logits)
    assert float(loss) == pytest.approx(35.0)
    np.testing.assert_allclose(np.ravel(tape.gradient(loss, logits)), [0.5, -0.5], rtol=1e-6)
