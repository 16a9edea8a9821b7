"""Damage that a decoder can live with is told, whoever decodes; what is whole is read without a word."""

import warnings

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.photo import ImageDamageWarning, ImageInputError, load_photo, read_mask
from tests.photo.files import encode

SCENE = cv2.resize(np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8), (320, 240))
PHOTO = Image.fromarray(SCENE)


def without_middle(data):
    return data[: len(data) // 2] + data[len(data) // 2 + 20 :]


def told(data, target=None):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = load_photo(data, target)
    return result, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("target", [None, 30])
@pytest.mark.parametrize(("mode", "progressive"), [("RGB", 0), ("RGB", 1), ("L", 0), ("CMYK", 0)])
def test_whole_jpegs_are_as_opencv_reads_them_and_damage_is_told(mode, progressive, target):
    data = encode(PHOTO.convert(mode), progressive=progressive)
    photo, silence = told(data, target)
    assert silence == []
    if mode != "CMYK":
        flags = cv2.IMREAD_COLOR if target is None else cv2.IMREAD_REDUCED_COLOR_8
        assert np.array_equal(photo.pixels[..., ::-1], cv2.imdecode(np.frombuffer(data, np.uint8), flags))
    damaged = without_middle(data)
    spoiled, (text,) = told(damaged, target)
    assert text.startswith(f"image of {len(damaged)} bytes: may be damaged in part (Corrupt JPEG data")
    assert spoiled.pixels.shape == photo.pixels.shape


def test_the_file_is_named_once_for_each(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(without_middle(encode(PHOTO.convert("L"))))
        for read in (load_photo, read_mask):
            with pytest.warns(ImageDamageWarning, match=f"^{tmp_path / name}: may be damaged in part"):
                read(tmp_path / name)


def test_jpegs_inside_a_tiff():
    data = encode(PHOTO, "TIFF", compression="jpeg")
    assert told(data)[1] == []
    # A marker that JPEG reserves, amid the picture: libtiff says so on stderr alone, and goes on.
    broken = bytearray(data)
    broken[len(data) // 2 : len(data) // 2 + 4] = b"\xff\xf1\0\2"
    assert "may be damaged in part" in told(bytes(broken))[1][0]


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"icc_profile": b"\0\0\1\0no profile" + bytes(300)}, "its colour profile cannot be used"),
        ({"exif": b"Exif\0\0XX\0*\0\0\0\x08\0\0"}, "its EXIF, and how it is turned, cannot be read"),
    ],
)
def test_what_lies_beside_the_pixels(beside, message):
    photo, texts = told(encode(PHOTO, "PNG", **beside))
    assert np.array_equal(photo.pixels, SCENE)
    assert any(message in text for text in texts)


def test_a_jpeg_that_only_opencv_knows_is_no_damaged_one(monkeypatch):
    def unknown(*_, **__):
        raise ValueError("tjDecompressHeader3(): Could not determine subsampling level of JPEG image")

    data = encode(PHOTO, quality=95)
    expected = load_photo(data).pixels
    monkeypatch.setattr("simplejpeg.decode_jpeg", unknown)
    photo, silence = told(data)
    assert silence == [] and np.array_equal(photo.pixels, expected)


def test_two_sizes_and_unknown_compression_are_refused(monkeypatch):
    monkeypatch.setattr("dbdgan_tf.photo.decoding.jpeg_pixels", lambda *_: SCENE[1:])
    tiff = bytearray(encode(PHOTO, "TIFF"))
    position = tiff.index(b"\x03\x01\x03\0\x01\0\0\0") + 8
    tiff[position : position + 2] = (32769).to_bytes(2, "little")
    for data, message in (
        (encode(PHOTO), r"damaged or cut off \(it names two sizes\)"),
        (bytes(tiff), "its compression or layout is not known"),
    ):
        with pytest.raises(ImageInputError, match=message):
            load_photo(data)
