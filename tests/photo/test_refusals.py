"""What cannot be used is refused whole, with the kind of wrong it is; lesser damage is told."""

import pickle
import struct
import sys
import warnings
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.photo import ImageDamageWarning, ImageInputError, load_photo, read_mask, read_values, to_rgb
from dbdgan_tf.photo.optional_formats import _register_heif
from tests.photo.files import encode

NOISE = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
SCENE = cv2.resize(np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8), (320, 240))
PHOTO = Image.fromarray(SCENE)


def refusal(source, target=None):
    with pytest.raises(ImageInputError) as caught:
        load_photo(source, target)
    return caught.value.kind, str(caught.value)


def float_tiff(value, channels):
    return cv2.imencode(".tif", np.full((4, 4, channels), value, np.float32))[1].tobytes()


def bomb_png(side):
    def chunk(kind, content):
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (b"", "no image", "image of 0 bytes: is empty"),
        (b"this is no photograph, honestly", "no image", "is not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no image", "is not an image"),
        (encode(NOISE)[:30], "damaged", "damaged or cut off"),
        (b"MM", "no image", "is not an image"),
        (bomb_png(30000), "too large", "30000 x 30000 = 900 megapixels; allowed: 250"),
        (bomb_png(14100), "damaged", "damaged or cut off"),
        (float_tiff(np.nan, 1), "unsuitable", "NaN"),
        (float_tiff(2.0, 3), "unsuitable", "2..2. Allowed: divide"),
    ],
)
@pytest.mark.parametrize("target", [None, 8])
def test_reasons(data, kind, message, target, monkeypatch):
    if kind == "too large":
        monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    found, text = refusal(data, target)
    assert found == kind and message in text


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (np.full((4, 4, 3), np.nan, np.float32), "unsuitable", "NaN"),
        (np.where(np.eye(4) > 0, np.nan, 0.5), "unsuitable", "NaN"),
        (np.full((4, 4), np.inf), "unsuitable", "NaN or infinite"),
        (np.full((4, 4), 200.0), "unsuitable", "200..200. Allowed: divide"),
        (np.zeros((4, 4), np.int32), "unsuitable", "array .* of int32: .*Allowed: uint8"),
        (np.zeros((4, 4, 2), np.uint8), "unsuitable", "shape"),
        (np.zeros((1, 4, 4, 3), np.uint8), "unsuitable", "shape"),
        (np.zeros(4, np.uint8), "unsuitable", "shape"),
        (np.zeros((0, 4, 3), np.uint8), "unsuitable", "no pixels"),
        (np.zeros((30, 40), np.uint8), "too large", "0.0012 megapixels; allowed: 0.001199"),
        (Image.new("L", (40, 30)), "too large", "0.0012 megapixels; allowed: 0.001199"),
        (17, "no image", "not an image"),
        (None, "no image", "not an image"),
    ],
)
def test_arrays_and_objects_that_are_no_image(source, kind, message):
    with pytest.raises(ImageInputError, match=message) as caught:
        to_rgb(source, max_pixels=1199)
    assert caught.value.kind == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("read", [load_photo, read_values])
def test_truncated_files_are_named(tmp_path, kind, read):
    data, path = encode(NOISE, kind), tmp_path / f"cut.{kind}"
    for share in (0.5, 0.67):
        path.write_bytes(data[: int(share * len(data))])
        with pytest.raises(ImageInputError, match="cut.*(damaged|not an image)"):
            read(path)


@pytest.mark.parametrize("read", [load_photo, read_values])
def test_every_flipped_bit_of_a_png_is_noticed(tmp_path, read):
    data, path = bytearray(cv2.imencode(".png", NOISE[:6, :6])[1].tobytes()), tmp_path / "a.png"
    for position in range(8, len(data)):
        data[position] ^= 1 << position % 8
        path.write_bytes(data)
        with pytest.raises(ImageInputError, match="a.png: "):
            read(path)
        data[position] ^= 1 << position % 8


@pytest.mark.parametrize(
    "error", [RuntimeError("no frame"), struct.error("short"), KeyError("tag"), MemoryError()]
)
def test_whatever_a_decoder_raises_is_told(monkeypatch, error):
    def load(_):
        raise error

    monkeypatch.setattr("PIL.TiffImagePlugin.TiffImageFile.load", load)
    kind, text = refusal(encode(NOISE, "TIFF"))
    assert kind == ("too large" if isinstance(error, MemoryError) else "damaged")
    assert str(error) in text


def test_missing_extras_say_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    monkeypatch.setattr("PIL.features.check", lambda _: False)
    _register_heif.cache_clear()
    (tmp_path / "a.cr2").write_bytes(b"II*\0")
    for source, command in (
        (b"\0\0\0\x18ftypheic" + bytes(30), "pip install 'dbdgan_tf[heic]'"),
        (b"\0\0\0\x18ftypavif" + bytes(30), "pip install 'pillow>=11.3'"),
        (tmp_path / "a.cr2", "pip install 'dbdgan_tf[raw]'"),
        (b"FUJIFILMCCD-RAW" + bytes(30), "pip install 'dbdgan_tf[raw]'"),
    ):
        kind, text = refusal(source)
        assert kind == "not installed" and command in text
    _register_heif.cache_clear()


@pytest.mark.parametrize("read", [load_photo, read_values])
def test_what_cannot_be_opened(tmp_path, monkeypatch, read):
    def denied(_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "locked.jpg").touch()
    monkeypatch.setattr(Path, "read_bytes", denied)
    for path in (tmp_path / "none.jpg", tmp_path, tmp_path / "locked.jpg"):
        with pytest.raises(ImageInputError, match=f"{path}: cannot be opened") as caught:
            read(path)
        assert caught.value.kind == "not opened"


def test_an_error_survives_being_sent_to_another_process():
    error = pickle.loads(pickle.dumps(ImageInputError("is empty", "no image", "a.jpg")))
    assert (str(error), error.kind, error.reason) == ("a.jpg: is empty", "no image", "is empty")


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
