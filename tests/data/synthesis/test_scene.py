import cv2
import numpy as np
import pytest

from dbdgan_tf.data.synthesis.rendering import take_picture, to_linear
from dbdgan_tf.data.synthesis.scene import (
    SCENE_KINDS,
    SynthesisConfig,
    random_shape,
    region_shape,
    synthesize_scene,
)
from dbdgan_tf.data.synthesis.sources import SourcePool, bundled_photographs, find_sources

CLEAN = SynthesisConfig(image_size=(96, 128), low_light=0, compression=0, plain=0)


@pytest.fixture(scope="module")
def make():
    """A function of a seed, a config and a kind that makes a scene."""
    assert len(bundled_photographs()) >= 8  # without a download
    pool = SourcePool(find_sources())
    return lambda seed, *config_and_kind: synthesize_scene(
        pool, np.random.default_rng(seed), *config_and_kind
    )


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_every_kind_of_scene(make, kind):
    low, high = {"sharp": (0, 0), "blurred": (1, 1)}.get(kind, (0.002, 0.998))
    for seed in range(6):
        scene = make(seed, CLEAN, kind)
        assert scene.image.shape == (96, 128, 3) and scene.image.dtype == np.uint8
        assert scene.mask.shape == (96, 128) and set(np.unique(scene.mask)) <= {0, 255}
        assert low <= scene.mask.mean() / 255 <= high, (kind, seed)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_share_of_sharp_scenes(make, share):
    config = SynthesisConfig(image_size=(48, 64), sharp=share)
    kinds = {make(seed, config).kind for seed in range(12)}
    assert kinds == {"sharp"} if share else "sharp" not in kinds and len(kinds) > 2
    with pytest.raises(ValueError, match=r"Received: sharp=1.5. Allowed: 0..1"):
        SynthesisConfig(sharp=1.5)


def test_the_mask_is_the_threshold_at_the_size_of_the_picture(make):
    for size, threshold in (((96, 128), 0.8), ((96, 320), 2.0)):
        scene = make(3, SynthesisConfig(image_size=size), "receding")
        np.testing.assert_array_equal(scene.mask > 0, scene.diameters > threshold)
    # Soft masks have steps between.
    scene = make(0, SynthesisConfig(image_size=(96, 128), soft_mask=True), "receding")
    assert len(np.unique(scene.mask)) > 10


def test_blurred_pixels_really_have_less_detail(make):
    """Over many scenes, the second derivative inside blurred areas is far below that of sharp areas."""
    detail = {0: [], 255: []}
    for seed in range(12):
        scene = make(seed, CLEAN, ("front", "back")[seed % 2])
        bend = np.abs(cv2.Laplacian(cv2.cvtColor(scene.image, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
        inside = cv2.erode(scene.mask, np.ones((9, 9))), 255 - cv2.dilate(scene.mask, np.ones((9, 9)))
        for value, area in zip((255, 0), inside, strict=True):
            detail[value].extend(bend[area > 0])
    assert np.mean(detail[255]) < 0.4 * np.mean(detail[0])


def test_light_is_noisy_where_it_is_low():
    light = np.full((64, 64, 3), to_linear(np.uint8(123)), np.float32)
    dark, bright = (
        np.mean([take_picture(light, np.random.default_rng(seed), low, 0.0).std() for seed in range(8)])
        for low in (1.0, 0.0)
    )
    assert dark > 3 * bright and bright < 3


def test_shapes_fit_the_picture_and_those_of_regions_their_regions():
    for seed in range(20):
        shape = random_shape(np.random.default_rng(seed), (60, 80))
        assert shape.shape == (60, 80) and 0 <= shape.min() and shape.max() == 1 and 0.01 < shape.mean() < 0.7
    regions = np.zeros((40, 40), np.int32)
    regions[10:30, 10:30] = 7  # a quarter of the picture; the rest is too large to be an object
    shape = region_shape(np.random.default_rng(1), regions)
    np.testing.assert_allclose(shape.mean(), 0.25, atol=0.01)
    assert shape[20, 20] == 1 and shape[0, 0] == 0
    assert region_shape(np.random.default_rng(0), np.zeros((40, 40), np.int32)) is None
