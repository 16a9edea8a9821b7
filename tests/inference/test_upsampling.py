"""The guided filter against numbers that follow from its definition."""

import numpy as np
import pytest

from dbdgan_tf.inference.upsampling import guided_upsample


def test_a_constant_map_stays_constant():
    image = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    out = guided_upsample(np.full((15, 20), 0.3, np.float32), image)
    assert out.shape == (60, 80)
    assert out == pytest.approx(0.3, abs=1e-4)


def test_a_map_linear_in_the_guide_is_recovered():
    # map = grey / 255 is slope 1, offset 0 in every window (epsilon -> 0).
    ramp = np.tile(np.linspace(0, 255, 128).astype(np.uint8), (128, 1))
    image = np.repeat(ramp[..., None], 3, 2)
    small = ramp.reshape(32, 4, 32, 4).mean((1, 3)).astype(np.float32) / 255
    out = guided_upsample(small, image, radius=2, epsilon=1e-8)
    assert np.abs(out - ramp / 255).max() < 0.01


def test_edges_are_sharper_than_bilinear():
    import cv2

    image = np.zeros((160, 160, 3), np.uint8)
    image[:, 83:] = 220
    truth = (image[..., 0] > 0).astype(np.float32)
    small = cv2.resize(truth, (20, 20), interpolation=cv2.INTER_AREA)
    guided = guided_upsample(small, image)
    bilinear = cv2.resize(small, (160, 160), interpolation=cv2.INTER_LINEAR)
    assert np.abs(guided - truth).mean() < 0.5 * np.abs(bilinear - truth).mean()


def test_smaller_images_fall_back_to_resizing():
    out = guided_upsample(np.full((20, 20), 0.7, np.float32), np.zeros((5, 40, 3), np.uint8))
    assert out.shape == (5, 40)
    assert out == pytest.approx(0.7)
