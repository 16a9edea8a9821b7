"""Every kind of image, good and bad."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.inference.image_input import ImageInputError, to_rgb


@pytest.fixture
def photo():
    ramp = np.linspace(0, 255, 40, dtype=np.uint8)
    red, green = np.tile(ramp, (30, 1)), np.full((30, 40), 60, np.uint8)
    return np.stack([red, green, red[:, ::-1]], -1)


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.full((2, 3), 7, np.uint8), 7),
        (np.full((2, 3, 1), 7, np.uint8), 7),
        (np.full((2, 3, 4), 7, np.uint8), 7),
        (np.full((2, 3, 3), 257 * 9, np.uint16), 9),
        (np.full((2, 3, 3), 0.2, np.float32), 51),
        (np.full((2, 3), 0.2, np.float64), 51),
        (np.ones((2, 3), bool), 255),
    ],
)
def test_arrays(array, expected):
    image = to_rgb(array)
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert np.all(image == expected)


def test_path_bytes_and_pil_agree(photo, tmp_path):
    data = encode(Image.fromarray(photo), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    path = tmp_path / "a.png"
    for source in (path, str(path), data, bytearray(data), Image.fromarray(photo)):
        assert np.array_equal(to_rgb(source), photo)


def test_a_wrong_extension_does_not_matter(photo, tmp_path):
    (tmp_path / "a.jpg").write_bytes(encode(Image.fromarray(photo), "PNG"))
    assert np.array_equal(to_rgb(tmp_path / "a.jpg"), photo)


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_exif_orientation(photo, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(Image.fromarray(photo), "JPEG", quality=100, subsampling=0, exif=exif)
    expected = np.rot90(photo, turn).astype(int)
    for source in (data, Image.open(io.BytesIO(data))):
        image = to_rgb(source)
        assert image.shape == expected.shape
        assert np.abs(image - expected).max() <= 4


def test_modes_of_files(photo):
    grey = Image.fromarray(photo).convert("L")
    assert np.array_equal(to_rgb(encode(grey, "PNG"))[..., 0], np.asarray(grey))
    rgba = Image.fromarray(photo).convert("RGBA")
    assert np.array_equal(to_rgb(encode(rgba, "PNG")), photo)
    palette = Image.fromarray(photo).quantize(16)
    assert np.array_equal(to_rgb(encode(palette, "PNG")), np.asarray(palette.convert("RGB")))
    deep = np.full((4, 5, 3), 257 * 80, np.uint16)
    assert np.abs(to_rgb(cv2.imencode(".png", deep)[1].tobytes()).astype(int) - 80).max() <= 1


def test_cmyk_jpeg_has_its_colours(photo):
    cmyk = Image.fromarray(photo).convert("CMYK")
    image = to_rgb(encode(cmyk, "JPEG", quality=100))
    assert np.abs(image.astype(int) - photo).max() <= 12
    assert np.abs(to_rgb(cmyk).astype(int) - photo).max() <= 2


def bad_inputs():
    png = encode(Image.new("RGB", (64, 64), (1, 2, 3)), "PNG")
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    jpeg = encode(noise, "JPEG")
    return {
        "empty": (b"", "empty"),
        "text": (b"this is no image, honestly", "not an image"),
        "truncated jpeg": (jpeg[: len(jpeg) // 2], "Cannot decode|cut off"),
        "truncated png": (png[: len(png) // 2], "Cannot decode|cut off"),
        "header only": (jpeg[:20], "cut off|Cannot decode"),
        "missing": ("no/such/photo.jpg", "Cannot open"),
        "folder": (".", "Cannot open"),
        "nan": (np.full((4, 4, 3), np.nan, np.float32), "NaN"),
        "one nan": (np.where(np.eye(4) > 0, np.nan, 0.5), "NaN"),
        "inf": (np.full((4, 4), np.inf), "NaN or infinite"),
        "float 0..255": (np.full((4, 4), 200.0), "0..1"),
        "int32": (np.zeros((4, 4), np.int32), "uint8"),
        "two channels": (np.zeros((4, 4, 2), np.uint8), "shape"),
        "batch": (np.zeros((1, 4, 4, 3), np.uint8), "shape"),
        "no pixels": (np.zeros((0, 4, 3), np.uint8), "no pixels"),
        "number": (17, "not an image"),
        "none": (None, "not an image"),
    }


@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_says_what_is_wrong(name):
    source, message = bad_inputs()[name]
    with pytest.raises(ImageInputError, match=message):
        to_rgb(source)


def test_too_many_pixels_are_refused_before_decoding(photo, monkeypatch):
    data = encode(Image.fromarray(photo), "PNG")
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    with pytest.raises(ImageInputError, match="1200 pixels"):
        to_rgb(data, max_pixels=1199)
    with pytest.raises(ImageInputError, match="too large"):
        to_rgb(photo, max_pixels=1199)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_decompression_bomb_is_refused():
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))
    with pytest.raises(ImageInputError, match="too large"):
        to_rgb(data)
