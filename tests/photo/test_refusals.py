"""What cannot be used is refused whole, and says which kind of wrong it is."""

import pickle
import struct
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.photo import ImageInputError, load_photo, optional_formats, read_image, read_values, to_rgb
from tests.photo.files import encode

NOISE = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)


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
@pytest.mark.parametrize("read", [load_photo, read_image, read_values])
def test_truncated_files_are_named(tmp_path, kind, read):
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
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
    monkeypatch.setattr(optional_formats.features, "check", lambda _: False)
    optional_formats._register_heif.cache_clear()
    (tmp_path / "a.cr2").write_bytes(b"II*\0")
    for source, command in (
        (b"\0\0\0\x18ftypheic" + bytes(30), "pip install 'dbdgan_tf[heic]'"),
        (b"\0\0\0\x18ftypavif" + bytes(30), "pip install 'pillow>=11.3'"),
        (tmp_path / "a.cr2", "pip install 'dbdgan_tf[raw]'"),
        (b"FUJIFILMCCD-RAW" + bytes(30), "pip install 'dbdgan_tf[raw]'"),
    ):
        kind, text = refusal(source)
        assert kind == "not installed" and command in text
    optional_formats._register_heif.cache_clear()


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
