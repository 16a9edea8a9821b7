import numpy as np
import pytest

from dbdgan_tf.data.synthesis.lens import ThinLens, aperture_kernel


@pytest.mark.parametrize(
    "depth, millimetres",
    [
        # c = (50 / 2) * |d - 2000| / d * 50 / (2000 - 50), in mm on the sensor
        (2.0, 0.0),
        (4.0, 25 * 0.5 * 50 / 1950),
        (1.0, 25 * 1.0 * 50 / 1950),
        (np.inf, 25 * 1.0 * 50 / 1950),
    ],
)
def test_circle_of_confusion_by_hand(depth, millimetres):
    lens = ThinLens(focal_length=50, f_number=2, focus_distance=2, sensor_width=36, image_width=360)
    np.testing.assert_allclose(lens.circle_of_confusion(depth), 10 * millimetres, rtol=1e-9, atol=1e-12)


def test_circle_of_confusion_takes_arrays_and_grows_away_from_focus():
    near = ThinLens(focus_distance=1.0).circle_of_confusion(np.array([0.9, 0.8, 0.7]))
    far = ThinLens(focus_distance=1.0).circle_of_confusion(np.array([1.1, 2.0, np.inf]))
    assert (np.diff(near) > 0).all() and (np.diff(far) > 0).all()


def test_stopping_down_and_with_blur():
    wide, narrow = (ThinLens(f_number=f).circle_of_confusion(5.0) for f in (2.0, 8.0))
    np.testing.assert_allclose(wide / narrow, 4.0)
    lens = ThinLens().with_blur(5.0, 12.5)
    np.testing.assert_allclose(lens.circle_of_confusion(5.0), 12.5)
    np.testing.assert_allclose(lens.f_number, 2.0 * wide / 12.5)


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


@pytest.mark.parametrize("diameter", [0.0, 0.4, 1.0])
def test_small_circles_leave_the_picture_alone(diameter):
    np.testing.assert_array_equal(aperture_kernel(diameter), [[1.0]])


def test_a_disc_by_hand():
    kernel = aperture_kernel(3.0)
    # The centre pixel lies wholly in the disc, which has an area of 2.25 pi px.
    assert kernel.shape == (5, 5)
    np.testing.assert_allclose(kernel[2, 2], 1 / (2.25 * np.pi), rtol=0.02)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-3)
    assert kernel[0, 2] < kernel[1, 1] < kernel[1, 2]
