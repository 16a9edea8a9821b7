"""Scenes, the lens that they are seen through, and the camera behind it."""

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.synthesis import SourcePool, ThinLens, aperture_kernel, scene
from dbdgan_tf.data.synthesis.lens import Layer, blur_mask, fill_behind, render, take_picture, to_linear
from dbdgan_tf.data.synthesis.scene import SCENE_KINDS, SynthesisConfig
from dbdgan_tf.data.synthesis.sources import bundled_photographs, find_sources

SIZE = (32, 48)
OPAQUE = np.ones(SIZE, np.float32)
LEFT = np.zeros(SIZE, np.float32)
LEFT[:, :24] = 1
STRIPES = np.zeros((*SIZE, 3), np.float32)
STRIPES[:, ::2] = 1
CLEAN = SynthesisConfig(image_size=(96, 128), low_light=0, compression=0, plain=0)


@pytest.fixture(scope="module")
def make():
    """A function of a seed, a config and a kind that makes a scene."""
    assert len(bundled_photographs()) >= 8  # without a download
    pool = SourcePool(find_sources())
    return lambda seed, *rest: scene.synthesize_scene(pool, np.random.default_rng(seed), *rest)


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_every_kind_of_scene(make, kind):
    low, high = {"sharp": (0, 0), "blurred": (1, 1)}.get(kind, (0.002, 0.998))
    for seed in range(6):
        made = make(seed, CLEAN, kind)
        assert made.image.shape == (96, 128, 3) and made.image.dtype == np.uint8
        assert made.mask.shape == (96, 128) and set(np.unique(made.mask)) <= {0, 255}
        assert low <= made.mask.mean() / 255 <= high, (kind, seed)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_share_of_sharp_scenes(make, share):
    config = SynthesisConfig(image_size=(48, 64), sharp=share)
    kinds = {make(seed, config).kind for seed in range(12)}
    assert kinds == {"sharp"} if share else "sharp" not in kinds and len(kinds) > 2
    with pytest.raises(ValueError, match=r"Received: sharp=1.5. Allowed: 0..1"):
        SynthesisConfig(sharp=1.5)


def test_the_mask_is_the_threshold_at_the_size_of_the_picture(make):
    for size, threshold in (((96, 128), 0.8), ((96, 320), 2.0)):
        made = make(3, SynthesisConfig(image_size=size), "receding")
        np.testing.assert_array_equal(made.mask > 0, made.diameters > threshold)
    # Soft masks have steps between.
    made = make(0, SynthesisConfig(image_size=(96, 128), soft_mask=True), "receding")
    assert len(np.unique(made.mask)) > 10


def test_blurred_pixels_really_have_less_detail(make):
    """Over many scenes, the second derivative inside blurred areas is far below that of sharp areas."""
    detail = {0: [], 255: []}
    for seed in range(12):
        made = make(seed, CLEAN, ("front", "back")[seed % 2])
        bend = np.abs(cv2.Laplacian(cv2.cvtColor(made.image, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
        inside = cv2.erode(made.mask, np.ones((9, 9))), 255 - cv2.dilate(made.mask, np.ones((9, 9)))
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
        shape = scene.random_shape(np.random.default_rng(seed), (60, 80))
        assert shape.shape == (60, 80) and 0 <= shape.min() and shape.max() == 1 and 0.01 < shape.mean() < 0.7
    regions = np.zeros((40, 40), np.int32)
    regions[10:30, 10:30] = 7  # a quarter of the picture; the rest is too large to be an object
    shape = scene.region_shape(np.random.default_rng(1), regions)
    np.testing.assert_allclose(shape.mean(), 0.25, atol=0.01)
    assert shape[20, 20] == 1 and shape[0, 0] == 0
    assert scene.region_shape(np.random.default_rng(0), np.zeros((40, 40), np.int32)) is None


def flat(value):
    return np.full((*SIZE, 3), value, np.float32)


def test_circle_of_confusion_by_hand():
    # c = (50 / 2) * |d - 2000| / d * 50 / (2000 - 50), in mm on the sensor
    lens = ThinLens(focal_length=50, f_number=2, focus_distance=2, sensor_width=36, image_width=360)
    expected = 10 * 25 * np.array([0, 0.5, 1, 1]) * 50 / 1950
    np.testing.assert_allclose(lens.circle_of_confusion([2, 4, 1, np.inf]), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(lens.with_blur(4, 12.5).circle_of_confusion([4, 1]), [12.5, 25])


@pytest.mark.parametrize("blades", [0, 5, 8])
@pytest.mark.parametrize("diameter", [1.5, 4.0, 9.3, 20.0])
def test_kernels_sum_to_one_and_have_the_spread_of_a_disc(blades, diameter):
    kernel = aperture_kernel(diameter, blades, rotation=0.3)
    assert kernel.shape[0] == kernel.shape[1] and kernel.shape[0] % 2 == 1 and (kernel >= 0).all()
    np.testing.assert_allclose(kernel.sum(), 1.0, rtol=1e-5)
    offsets = np.arange(kernel.shape[0]) - kernel.shape[0] // 2
    # Along one axis a disc has the standard deviation diameter / 4; pixels and corners add a little.
    deviation = np.sqrt((kernel.sum(0) * offsets**2).sum())
    assert diameter / 4 < deviation < 1.05 * np.sqrt((diameter / 4) ** 2 + 1 / 12) + 0.03
    assert abs((kernel.sum(0) * offsets).sum()) < 0.05


def test_a_disc_by_hand():
    kernel = aperture_kernel(3.0)
    # The centre pixel lies wholly in the disc, which has an area of 2.25 pi px.
    assert kernel.shape == (5, 5)
    np.testing.assert_allclose(kernel[2, 2], 1 / (2.25 * np.pi), rtol=0.02)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-3)
    # Small circles leave the picture alone.
    np.testing.assert_array_equal(aperture_kernel(1.0), [[1.0]])


def test_a_sharp_object_keeps_its_edge_and_gives_no_colour_to_the_background():
    image, diameters = render([Layer(flat(0.2), OPAQUE, 12.0), Layer(flat(0.8), LEFT, 0.0)], aperture_kernel)
    np.testing.assert_allclose(image[0, :, 0], [0.8] * 24 + [0.2] * 24, atol=1e-5)
    np.testing.assert_array_equal(diameters[0], [0] * 24 + [12] * 24)


def test_a_blurred_object_lets_the_sharp_background_through_its_edge():
    image, diameters = render([Layer(STRIPES, OPAQUE, 0.0), Layer(flat(0.5), LEFT, 8.0)], aperture_kernel)
    contrast = image[16, 1::2, 0] - image[16, ::2, 0]
    np.testing.assert_allclose(contrast[:9], 0, atol=1e-4)  # covered
    np.testing.assert_allclose(contrast[15:], -1, atol=1e-4)  # free
    assert (np.diff(np.abs(contrast[9:15])) >= -0.2).all() and 0.2 < abs(contrast[12]) < 0.8
    np.testing.assert_array_equal(diameters[0], [8] * 24 + [0] * 24)


def test_a_receding_plane_is_sharp_where_it_is_in_focus_only():
    diameters = np.repeat(np.linspace(0, 12, SIZE[0], dtype=np.float32)[:, None], SIZE[1], 1)
    image, found = render([Layer(STRIPES, OPAQUE, diameters)], aperture_kernel)
    np.testing.assert_array_equal(found, diameters)
    contrast = image.std(axis=(1, 2))
    assert contrast[0] == 0.5 and contrast[-1] < 0.05 and (np.diff(contrast[::4]) < 0.03).all()


def test_masks_by_hand():
    diameters = np.array([[0, 1, 2, 2.5, 3, 9]])
    np.testing.assert_array_equal(blur_mask(diameters, 2.0), [[0, 0, 0, 255, 255, 255]])
    np.testing.assert_array_equal(blur_mask(diameters, 2.0, soft=True), [[0, 0, 128, 191, 255, 255]])


def test_what_an_object_hid_is_filled_from_its_surroundings():
    hole = np.zeros(SIZE, np.float32)
    hole[8:24, 8:24] = 1
    filled = fill_behind(np.where(hole[..., None] > 0, np.float32(9), flat(0.25)), hole)
    np.testing.assert_allclose(filled, 0.25, atol=1e-5)
