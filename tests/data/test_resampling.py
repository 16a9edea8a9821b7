import numpy as np
import pytest

from dbdgan_tf.data.augmentation import affine_gather, affine_transform

RAMP = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)


@pytest.mark.parametrize("resample", [affine_transform, affine_gather])
@pytest.mark.parametrize(
    "row, expected",
    [
        ([1, 0, 0, 0, 1, 0, 0, 0], [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]),
        ([-1, 0, 3, 0, 1, 0, 0, 0], [[3, 2, 1, 0], [7, 6, 5, 4], [11, 10, 9, 8]]),
        ([1, 0, 0.5, 0, 1, 0, 0, 0], [[0.5, 1.5, 2.5, 3], [4.5, 5.5, 6.5, 7], [8.5, 9.5, 10.5, 11]]),
        ([1, 0, -2, 0, 1, 1, 0, 0], [[5, 4, 4, 5], [9, 8, 8, 9], [9, 8, 8, 9]]),
    ],
)
def test_affine_by_hand(resample, row, expected):
    result = resample(RAMP, np.array([row], np.float32))
    np.testing.assert_allclose(np.asarray(result)[0, ..., 0], expected, atol=1e-5)


def test_gathering_equals_the_library():
    rng = np.random.default_rng(0)
    images = rng.random((3, 17, 23, 5), dtype=np.float32)
    matrices = np.zeros((3, 8), np.float32)
    matrices[:, [0, 4]] = 1
    matrices[:, :6] += rng.normal(0, 0.3, (3, 6)) * [1, 1, 20, 1, 1, 20]
    np.testing.assert_allclose(affine_gather(images, matrices), affine_transform(images, matrices), atol=1e-4)
