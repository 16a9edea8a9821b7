"""Blur of edges against pictures whose blur is known."""

import cv2
import numpy as np
import pytest

from dbdgan_tf.evaluation.degradations import blurred, motion_kernel
from dbdgan_tf.sharpness import edge_blur


@pytest.fixture(scope="module")
def grey(scene):
    return cv2.cvtColor(scene(384, 512), cv2.COLOR_RGB2GRAY)


@pytest.mark.parametrize("sigma", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("contrast", [40, 160])
def test_the_width_of_an_edge_whatever_its_contrast(sigma, contrast):
    """Slanted edges of a Gaussian profile."""
    y, x = np.mgrid[:256, :256]
    t = np.linspace(-6, 6, 2001)
    normal = np.cumsum(np.exp(-(t**2) / 2))
    distance = (np.abs((x + 0.3 * y) % 80 - 40) - 20) / np.hypot(1, 0.3)
    profile = 128 + contrast * (np.interp(distance / sigma, t, normal / normal[-1]) - 0.5)
    assert np.sqrt(edge_blur(np.rint(profile).astype(np.uint8)).variance) == pytest.approx(sigma, rel=0.12)


def test_noise_hardly_changes_the_width(grey):
    soft = cv2.GaussianBlur(grey, (0, 0), 1.5)
    noisy = np.clip(soft + np.random.default_rng(0).normal(0, 8, soft.shape), 0, 255).astype(np.uint8)
    assert edge_blur(noisy).variance == pytest.approx(edge_blur(soft).variance, rel=0.2)


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
def test_motion_is_wide_in_one_direction(grey, angle):
    moved = edge_blur(blurred(grey, motion_kernel(11, np.deg2rad(angle))))
    assert np.sqrt(moved.variance) == pytest.approx(11 / np.sqrt(12), rel=0.3)
    assert moved.anisotropy > 2.5 and edge_blur(cv2.GaussianBlur(grey, (0, 0), 3)).anisotropy < 1.4


@pytest.mark.parametrize("sd", [0, 1, 25])
@pytest.mark.parametrize("quality", [100, 60])
def test_flat_pictures_and_noise_cannot_tell(sd, quality):
    sky = np.linspace(60, 120, 600)[:, None] + np.random.default_rng(0).normal(0, sd, (600, 900))
    sky = np.clip(sky, 0, 255).astype(np.uint8)
    encoded = cv2.imencode(".jpg", sky, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    for picture in (sky, cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)):
        assert edge_blur(picture) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 2), (5, 7), (20, 20)])
def test_odd_sizes(size):
    assert edge_blur(np.full(size, 90, np.uint8)) is None
    edge_blur(np.random.default_rng(0).integers(0, 256, size, np.uint8))
