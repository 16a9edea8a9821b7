import cv2
import numpy as np
import pytest

from dbdgan_tf.photo import encode, read_image, read_mask, resize, write_image, write_map


def test_resize_averages_when_it_shrinks_and_interpolates_when_it_grows():
    np.testing.assert_array_equal(resize(np.array([[0, 100], [100, 200]], np.uint8), (1, 1)), [[100]])
    np.testing.assert_allclose(resize(np.array([[0, 1]], np.float32), (1, 4)), [[0, 0.25, 0.75, 1]])
    # One side grows: bilinear along both, whatever the number of pixels.
    tall = np.array([[0], [1], [2], [3], [4], [5], [6], [7]], np.float32)
    np.testing.assert_allclose(resize(tall, (4, 2)), [[0.5] * 2, [2.5] * 2, [4.5] * 2, [6.5] * 2])
    wide = np.array([[0, 0, 0, 12, 0, 0, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(resize(wide, (2, 3)), [[0, 0, 0]] * 2)


def test_write_map_rounds_clips_and_leaves_no_partial_file(tmp_path):
    path = tmp_path / "maps" / "photo.png"
    write_map(path, np.array([[-1.0, 0.5, 2.0]]))
    np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), [[0, 128, 255]])
    write_map(path, np.zeros((2, 3, 1)))
    assert read_mask(path).shape == (2, 3)
    assert [file.name for file in path.parent.iterdir()] == ["photo.png"]


@pytest.mark.parametrize("ending", [".png", ".tif", ".bmp", ".webp", ".JPG"])
def test_without_a_quality_only_jpeg_loses(tmp_path, gradient, ending):
    path = tmp_path / f"a{ending}"
    write_image(path, gradient)
    far = np.abs(read_image(path).astype(int) - gradient).max()
    assert 0 < far < 16 if ending == ".JPG" else far == 0
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    if ending in (".JPG", ".webp"):
        assert len(encode(noise, ending, 40)) < len(encode(noise, ending))


@pytest.mark.parametrize(
    ("ending", "shape", "message"),
    [
        (".txt", (2, 2), "Received: '.txt'. Allowed: .jpg"),
        (".webp", (2, 20000, 3), "cannot be written as .webp: 20000 x 2 pixels"),
        (".jpg", (1, 70000), "cannot be written as .jpg"),
    ],
)
def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path, ending, shape, message):
    with pytest.raises(ValueError, match=message):
        write_image(tmp_path / f"a{ending}", np.zeros(shape, np.uint8))
    assert not list(tmp_path.iterdir())
