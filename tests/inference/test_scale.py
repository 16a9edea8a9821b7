"""Large photographs at native scale, and panoramas."""

import numpy as np
import pytest

from dbdgan_tf import BlurDetector
from dbdgan_tf.evaluation.degradations import disc


@pytest.fixture(scope="module")
def detectors():
    return {scale: BlurDetector(scale=scale) for scale in ("whole", "native")}


@pytest.fixture(scope="module")
def large():
    """Sharp blocks of 4 px, 1440 x 1080."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (270, 360, 3), np.uint8) * (rng.random((270, 360, 1)) < 0.5)
    return np.ascontiguousarray(blocks.astype(np.uint8).repeat(4, 0).repeat(4, 1))


def test_native_scale_sees_blur_that_shrinks_away(detectors, large):
    shares = {scale: detector(large).in_focus_share for scale, detector in detectors.items()}
    assert shares["native"] > 0.9 * shares["whole"]
    native, whole = (detectors[scale](disc(large, 6)) for scale in ("native", "whole"))
    assert native.in_focus_share < 0.1 and whole.in_focus_share > 0.5
    assert np.all(native.blur_map >= whole.blur_map)


def test_panoramas_are_cut(detectors, large):
    photo = np.ascontiguousarray(large[:480, :720])
    one = detectors["whole"].small_map(photo)
    long = detectors["whole"].small_map(np.tile(photo, (1, 6, 1)))
    assert long.shape == (384, 6 * 576) and long.mean() == pytest.approx(one.mean(), abs=0.1)
    assert detectors["whole"](np.tile(photo, (1, 6, 1))).blur_map.shape == (480, 4320)


def test_an_unknown_scale():
    with pytest.raises(ValueError, match="Unknown scale. Received: 'half'. Allowed: whole, native."):
        BlurDetector(scale="half")
