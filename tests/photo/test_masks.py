import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.photo import read_mask, read_mask_uint8, read_values


@pytest.mark.parametrize("polarity, expected", [("blur", [0, 128, 255]), ("focus", [255, 127, 0])])
def test_mask_polarity(tmp_path, polarity, expected):
    path = tmp_path / "mask.png"
    Image.fromarray(np.array([[0, 128, 255]], np.uint8)).save(path)
    mask = read_mask(path, polarity)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, np.array([expected]) / 255, atol=1e-6)


def test_unknown_polarity_names_the_allowed_ones(tmp_path):
    with pytest.raises(ValueError, match="Received: 'sharp'. Allowed: blur, focus"):
        read_mask(tmp_path / "mask.png", "sharp")


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "LA", "RGBA", "I;16"])
@pytest.mark.parametrize("ending", ["png", "gif"])
def test_masks_of_any_kind_are_grey(tmp_path, mode, ending):
    if ending == "gif" and mode == "I;16":
        pytest.skip("GIF has no such depth")
    path = tmp_path / f"mask.{ending}"
    stored = np.array([[0, 255, 0, 255]], np.uint16 if mode == "I;16" else np.uint8)
    image = Image.fromarray(stored * 257) if mode == "I;16" else Image.fromarray(stored).convert(mode)
    image.save(path)
    np.testing.assert_array_equal(read_mask_uint8(path), [[0, 255, 0, 255]])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_values_are_read_as_stored(tmp_path, dtype):
    values = np.array([[0, 1, 2], [3, 200, 7]], dtype)
    cv2.imwrite(str(tmp_path / "v.tif"), values)
    found = read_values(tmp_path / "v.tif")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, values)
