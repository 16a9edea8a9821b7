"""Masks and values as they are stored, and files as they are written."""

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf import photo
from dbdgan_tf.photo import read_mask, resize, write_image, write_map
from tests.photo.files import GRADIENT


@pytest.mark.parametrize("polarity, expected", [("blur", [0, 128, 255]), ("focus", [255, 127, 0])])
def test_mask_polarity(tmp_path, polarity, expected):
    Image.fromarray(np.array([[0, 128, 255]], np.uint8)).save(tmp_path / "mask.png")
    mask = read_mask(tmp_path / "mask.png", polarity)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, np.array([expected]) / 255, atol=1e-6)
    with pytest.raises(ValueError, match="Received: 'sharp'. Allowed: blur, focus"):
        read_mask(tmp_path / "mask.png", "sharp")


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("ending", ["png", "gif"])
def test_masks_of_any_kind_are_grey(tmp_path, mode, ending):
    stored = np.array([[0, 255, 0, 255]], np.uint8)
    Image.fromarray(stored).convert(mode).save(tmp_path / f"mask.{ending}")
    Image.fromarray(stored.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    for name in (f"mask.{ending}", "deep.png"):
        np.testing.assert_array_equal(photo.read_mask_uint8(tmp_path / name), stored)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_values_are_read_as_stored(tmp_path, dtype):
    values = np.array([[0, 1, 2], [3, 200, 7]], dtype)
    cv2.imwrite(str(tmp_path / "v.tif"), values)
    found = photo.read_values(tmp_path / "v.tif")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, values)


def test_resize_averages_when_it_shrinks_and_interpolates_when_it_grows():
    np.testing.assert_array_equal(resize(np.array([[0, 100], [100, 200]], np.uint8), (1, 1)), [[100]])
    np.testing.assert_allclose(resize(np.array([[0, 1]], np.float32), (1, 4)), [[0, 0.25, 0.75, 1]])
    # One side grows: bilinear along both, whatever the number of pixels.
    tall = np.arange(8, dtype=np.float32)[:, None]
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
def test_without_a_quality_only_jpeg_loses(tmp_path, ending):
    write_image(tmp_path / f"a{ending}", GRADIENT)
    far = np.abs(photo.read_image(tmp_path / f"a{ending}").astype(int) - GRADIENT).max()
    assert 0 < far < 16 if ending == ".JPG" else far == 0
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    if ending in (".JPG", ".webp"):
        assert len(photo.encode(noise, ending, 40)) < len(photo.encode(noise, ending))


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
