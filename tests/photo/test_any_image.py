"""Every kind of image that Python has, good and bad."""

import io

import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.photo import ImageInputError, to_rgb


def encode(pixels, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("channels", "value", "dtype", "expected"),
    [((), 7, "uint8", 7), ((1,), 7, "uint8", 7), ((4,), 7, "uint8", 7), ((3,), 257 * 9, "uint16", 9),
     ((3,), 0.2, "float32", 51), ((), 0.2, "float64", 51), ((), 1, "bool", 255)],
)  # fmt: skip
def test_arrays(channels, value, dtype, expected):
    image = to_rgb(np.full((2, 3, *channels), value, dtype))
    assert (image.shape, image.dtype) == ((2, 3, 3), np.uint8)
    assert np.all(image == expected)


def test_path_bytes_and_pil_agree_whatever_the_extension(gradient, tmp_path):
    data, path = encode(gradient, "PNG"), tmp_path / "a.jpg"
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), Image.fromarray(gradient)):
        assert np.array_equal(to_rgb(source), gradient)


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_pil_images_are_turned(gradient, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(gradient, "JPEG", quality=100, subsampling=0, exif=exif)
    image, expected = to_rgb(Image.open(io.BytesIO(data))), np.rot90(gradient, turn)
    assert image.shape == expected.shape and np.abs(image - expected.astype(int)).max() <= 4


def test_pil_modes(gradient):
    cmyk = Image.fromarray(gradient).convert("CMYK")
    assert np.abs(to_rgb(cmyk).astype(int) - gradient).max() <= 2
    assert np.all(to_rgb(Image.fromarray(np.full((4, 5), 0.2, np.float32))) == 51)


BAD = {
    "nan": (np.full((4, 4, 3), np.nan, np.float32), "NaN", "unsuitable"),
    "one nan": (np.where(np.eye(4) > 0, np.nan, 0.5), "NaN", "unsuitable"),
    "inf": (np.full((4, 4), np.inf), "NaN or infinite", "unsuitable"),
    "float 0..255": (np.full((4, 4), 200.0), "200..200. Allowed: divide", "unsuitable"),
    "int32": (np.zeros((4, 4), np.int32), "array .* of int32: .*Allowed: uint8", "unsuitable"),
    "two channels": (np.zeros((4, 4, 2), np.uint8), "shape", "unsuitable"),
    "batch": (np.zeros((1, 4, 4, 3), np.uint8), "shape", "unsuitable"),
    "vector": (np.zeros(4, np.uint8), "shape", "unsuitable"),
    "no pixels": (np.zeros((0, 4, 3), np.uint8), "no pixels", "unsuitable"),
    "large": (np.zeros((30, 40), np.uint8), "0.0012 megapixels; allowed: 0.001199", "too large"),
    "large pil": (Image.new("L", (40, 30)), "0.0012 megapixels; allowed: 0.001199", "too large"),
    "number": (17, "not an image", "no image"),
    "none": (None, "not an image", "no image"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_says_what_is_wrong(name):
    source, message, kind = BAD[name]
    with pytest.raises(ImageInputError, match=message) as caught:
        to_rgb(source, max_pixels=1199)
    assert caught.value.kind == kind
