import numpy as np

from dbdgan_tf.data.synthesis.lens import aperture_kernel
from dbdgan_tf.data.synthesis.rendering import Layer, blur_mask, fill_behind, render

SIZE = (32, 48)
OPAQUE = np.ones(SIZE, np.float32)
LEFT = np.zeros(SIZE, np.float32)
LEFT[:, :24] = 1


def flat(value):
    return np.full((*SIZE, 3), value, np.float32)


def stripes():
    image = flat(0.0)
    image[:, ::2] = 1
    return image


def test_a_layer_in_focus_is_not_changed():
    image, diameters = render([Layer(stripes(), OPAQUE, 0.5)], aperture_kernel)
    np.testing.assert_array_equal(image, stripes())
    np.testing.assert_array_equal(diameters, np.full(SIZE, 0.5, np.float32))


def test_a_layer_out_of_focus_loses_its_stripes():
    image, _ = render([Layer(stripes(), OPAQUE, 12.0)], aperture_kernel)
    assert stripes().std() == 0.5 and image.std() < 0.03


def test_a_sharp_object_keeps_its_edge_and_gives_no_colour_to_the_background():
    back, front = Layer(flat(0.2), OPAQUE, 12.0), Layer(flat(0.8), LEFT, 0.0)
    image, diameters = render([back, front], aperture_kernel)
    np.testing.assert_allclose(image[:, :24], 0.8, atol=1e-5)
    np.testing.assert_allclose(image[:, 24:], 0.2, atol=1e-5)
    np.testing.assert_array_equal(diameters[0], [0] * 24 + [12] * 24)


def test_a_blurred_object_lets_the_sharp_background_through_its_edge():
    back, front = Layer(stripes(), OPAQUE, 0.0), Layer(flat(0.5), LEFT, 8.0)
    image, diameters = render([back, front], aperture_kernel)
    contrast = image[16, 1::2, 0] - image[16, ::2, 0]
    np.testing.assert_allclose(contrast[:9], 0, atol=1e-4)  # covered
    np.testing.assert_allclose(contrast[15:], -1, atol=1e-4)  # free
    assert (np.diff(np.abs(contrast[9:15])) >= -0.2).all() and 0.2 < abs(contrast[12]) < 0.8
    np.testing.assert_array_equal(diameters[0], [8] * 24 + [0] * 24)


def test_a_receding_plane_is_sharp_where_it_is_in_focus_only():
    diameters = np.repeat(np.linspace(0, 12, SIZE[0], dtype=np.float32)[:, None], SIZE[1], 1)
    image, found = render([Layer(stripes(), OPAQUE, diameters)], aperture_kernel)
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
    image = np.where(hole[..., None] > 0, np.float32(9), flat(0.25))
    filled = fill_behind(image, hole)
    np.testing.assert_allclose(filled, 0.25, atol=1e-5)
