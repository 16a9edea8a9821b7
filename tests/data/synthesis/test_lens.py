"""The lens: circles of confusion, kernels, and layers seen through it."""

import numpy as np
import pytest

from dbdgan_tf.data.synthesis.lens import ThinLens, aperture_kernel
from dbdgan_tf.data.synthesis.rendering import Layer, blur_mask, fill_behind, render

SIZE = (32, 48)
OPAQUE = np.ones(SIZE, np.float32)
LEFT = np.zeros(SIZE, np.float32)
LEFT[:, :24] = 1
STRIPES = np.zeros((*SIZE, 3), np.float32)
STRIPES[:, ::2] = 1


def flat(value):
    return np.full((*SIZE, 3), value, np.float32)


def test_circle_of_confusion_by_hand():
    # c = (50 / 2) * |d - 2000| / d * 50 / (2000 - 50), in mm on the sensor
    lens = ThinLens(focal_length=50, f_number=2, focus_distance=2, sensor_width=36, image_width=360)
    expected = 10 * 25 * np.array([0, 0.5, 1, 1]) * 50 / 1950
    np.testing.assert_allclose(lens.circle_of_confusion([2, 4, 1, np.inf]), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(lens.with_blur(4, 12.5).circle_of_confusion([4, 1]), [12.5, 25])


@pytest.mark.parametrize("blades", [0, 5, 6, 8])
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
    for diameter in (0.0, 1.0):
        np.testing.assert_array_equal(aperture_kernel(diameter), [[1.0]])


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
