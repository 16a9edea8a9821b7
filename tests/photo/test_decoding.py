"""Every kind of photograph decodes to the same upright sRGB pixels."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from dbdgan_tf.photo import ImageInputError, load_photo, read_image, to_rgb
from tests.photo.files import GRADIENT, encode, swapped_profile, tiny_dng, turned


def far(photo, expected):
    return int(np.abs(getattr(photo, "pixels", photo).astype(int) - expected).max())


@pytest.mark.parametrize(
    ("channels", "value", "dtype", "expected"),
    [((), 7, "uint8", 7), ((1,), 7, "uint8", 7), ((4,), 7, "uint8", 7), ((3,), 257 * 9, "uint16", 9),
     ((3,), 0.2, "float32", 51), ((), 0.2, "float64", 51), ((), 1, "bool", 255)],
)  # fmt: skip
def test_arrays(channels, value, dtype, expected):
    image = to_rgb(np.full((2, 3, *channels), value, dtype))
    assert (image.shape, image.dtype) == ((2, 3, 3), np.uint8)
    assert np.all(image == expected)


def test_path_bytes_and_pil_agree_whatever_the_extension(tmp_path):
    data, path = encode(GRADIENT, "PNG"), tmp_path / "a.jpg"
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data), Image.fromarray(GRADIENT)):
        assert np.array_equal(to_rgb(source), GRADIENT)
    # Alpha is dropped, even where nothing is to be seen.
    clear = np.dstack([GRADIENT, np.zeros(GRADIENT.shape[:2], np.uint8)])
    for data in (encode(GRADIENT, "BMP"), encode(clear, "PNG")):
        assert np.array_equal(to_rgb(data), GRADIENT)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(kind, orientation):
    options = {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}, "AVIF": {"quality": 100}}.get(kind, {})
    data = encode(GRADIENT, kind, exif=turned(orientation), **options)
    half, mirrored = np.rot90(GRADIENT, 2), GRADIENT.transpose(1, 0, 2)
    upright = [GRADIENT, GRADIENT[:, ::-1], half, GRADIENT[::-1], mirrored, np.rot90(GRADIENT, -1),
               half.transpose(1, 0, 2), np.rot90(GRADIENT)][orientation - 1]  # fmt: skip
    photo = load_photo(data)
    assert photo.full_size == upright.shape[:2]
    for pixels in (photo.pixels, to_rgb(Image.open(io.BytesIO(data)))):
        assert far(pixels, upright) <= {"JPEG": 8, "AVIF": 8}.get(kind, 0)


def test_exif_behind_the_pixels_counts():
    data = encode(GRADIENT, "PNG", exif=turned(6))
    chunk = data[data.index(b"eXIf") - 4 : data.index(b"IDAT") - 4]
    late = data.replace(chunk, b"").replace(data[-12:], chunk + data[-12:])
    assert late.index(b"eXIf") > late.index(b"IDAT")
    assert far(load_photo(late), np.rot90(GRADIENT, -1)) == 0


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "YCbCr", "LAB", "I;16"])
def test_modes(mode):
    image = Image.fromarray(GRADIENT)
    if mode == "I;16":
        grey = np.asarray(image.convert("L"))
        source, expected = Image.fromarray(grey.astype(np.uint16) * 257), np.dstack([grey] * 3)
    elif mode == "LAB":
        spaces = (ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
        source, expected = ImageCms.profileToProfile(image, *spaces, outputMode="LAB"), GRADIENT
    else:
        source = image.convert(mode)
        expected = np.asarray(source.convert("RGB"))
    photo = load_photo(encode(source, "TIFF" if mode in ("CMYK", "YCbCr", "LAB") else "PNG"))
    assert far(photo, expected) <= (16 if mode == "LAB" else 1)
    assert np.abs(photo.pixels.astype(int) - expected).mean() < 1
    if mode == "CMYK":
        assert far(load_photo(encode(source, quality=100)), GRADIENT) <= 12


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("ending", "dtype"),
    [(".png", np.uint16), *((".tif", dtype) for dtype in (np.uint16, np.int32, np.float32, np.float64))],
)
def test_deep_files_keep_the_high_byte(ending, channels, dtype):
    expected = GRADIENT if channels == 3 else np.repeat(GRADIENT[..., :1], 3, 2)
    scale = {np.uint16: 257, np.int32: 2**24 if channels == 3 else 257}.get(dtype, 1 / 255)
    stored = expected[..., ::-1][..., :channels].astype(np.float64) * scale
    if dtype == np.int32:
        stored = stored.astype(np.int64).astype(np.uint32).view(np.int32)
    assert far(load_photo(cv2.imencode(ending, stored.astype(dtype))[1].tobytes()), expected) == 0


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_gives_its_first_frame(kind):
    first, *rest = (Image.new("RGB", (20, 10), (level,) * 3) for level in (10, 120, 240))
    photo = load_photo(encode(first, kind, save_all=True, append_images=rest, duration=50))
    assert far(photo, np.full((10, 20, 3), 10)) <= 4


@pytest.mark.parametrize(("pixels", "decoded"), [(800, 100), (799, 200), (400, 100), (399, 200), (120, 120)])
def test_reduced_decoding_keeps_the_target(pixels, decoded):
    photo = load_photo(encode(np.full((pixels, pixels + 40, 3), 90, np.uint8)), target=100)
    assert photo.full_size == (pixels, pixels + 40)
    assert photo.pixels.shape[0] == decoded
    assert photo.pixels.min() >= 88 and photo.pixels.max() <= 92


@pytest.mark.parametrize(
    ("target", "expected"), [(None, (800, 640)), ((320, 320), (400, 320)), ((90, 150), (200, 160))]
)
def test_the_longer_side_of_a_target_counts_whatever_the_orientation(tmp_path, target, expected):
    Image.new("RGB", (800, 640)).save(tmp_path / "photo.jpg", exif=turned(6))
    assert read_image(tmp_path / "photo.jpg", target).shape[:2] == expected


def test_a_photograph_of_200_megapixels():
    """Blocks of one grey, six bits each, four of them in three bytes."""
    data = bytearray(encode(Image.new("L", (64, 64), 128)))
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda") + 10
    data[frame + 5 : frame + 9] = struct.pack(">HH", 12240, 16320)
    data[scan:-2] = b"\x28\xa2\x8a" * (2040 * 1530 // 4)
    limit = Image.MAX_IMAGE_PIXELS
    photo = load_photo(bytes(data), target=1000)
    assert photo.full_size == (12240, 16320) and photo.pixels.shape == (1530, 2040, 3)
    assert np.all(photo.pixels == 128) and Image.MAX_IMAGE_PIXELS == limit
    with pytest.raises(ImageInputError, match="199.8 megapixels; allowed: 150") as caught:
        load_photo(bytes(data), max_pixels=150e6)
    assert caught.value.kind == "too large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("target", [None, 20])
def test_colour_profile_is_applied(kind, target):
    image = Image.new("RGB", (64, 48), (200, 60, 30))
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    # A broken one does no harm.
    for profile, expected in ((swapped_profile(), [60, 200, 30]), (b"nonsense", [200, 60, 30])):
        photo = load_photo(encode(image, kind, icc_profile=profile, **options), target)
        assert far(photo, np.array(expected)) <= 4
        assert photo.full_size == (48, 64)


def test_heic():
    photo = load_photo(encode(GRADIENT, "HEIF", quality=95))
    assert photo.full_size == (48, 64)
    assert np.abs(photo.pixels.astype(int) - GRADIENT).mean() < 4


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_raw_preview_is_upright(tmp_path, orientation, turn):
    pytest.importorskip("rawpy")
    data = tiny_dng(encode(GRADIENT, quality=100, subsampling=0), (64, 48), orientation)
    (tmp_path / "a.DNG").write_bytes(data)
    expected = np.rot90(GRADIENT, turn)
    for source in (tmp_path / "a.DNG", data):
        photo = load_photo(source)
        assert photo.full_size == expected.shape[:2]
        assert far(photo, expected) <= 3
    assert load_photo(tiny_dng()).pixels.shape == (32, 48, 3)
    (tmp_path / "broken.nef").write_bytes(tiny_dng()[:100])
    with pytest.raises(ImageInputError, match="not a RAW photograph"):
        load_photo(tmp_path / "broken.nef")
