"""Every kind of photograph decodes to the same upright sRGB pixels, or to one clear sentence."""

import io
import struct

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from dbdgan_tf.photo import ImageInputError, load_photo, read_image


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def far(photo, expected):
    return int(np.abs(photo.pixels.astype(int) - expected).max())


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "WEBP", "JPEG"])
def test_formats(gradient, kind):
    lossless = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    photo = load_photo(encode(Image.fromarray(gradient), kind, **lossless.get(kind, {})))
    assert photo.full_size == (48, 64)
    assert far(photo, gradient) <= (3 if kind == "JPEG" else 0)
    if kind == "PNG":  # Alpha is dropped, even where nothing is to be seen.
        clear = np.dstack([gradient, np.zeros(gradient.shape[:2], np.uint8)])
        assert far(load_photo(encode(Image.fromarray(clear), kind)), gradient) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(gradient, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}, "AVIF": {"quality": 100}}.get(kind, {})
    data = encode(Image.fromarray(gradient), kind, exif=exif, **options)
    half, turned = np.rot90(gradient, 2), gradient.transpose(1, 0, 2)
    upright = [gradient, gradient[:, ::-1], half, gradient[::-1], turned, np.rot90(gradient, -1),
               half.transpose(1, 0, 2), np.rot90(gradient)][orientation - 1]  # fmt: skip
    photo = load_photo(data)
    assert photo.full_size == upright.shape[:2]
    assert far(photo, upright) <= {"JPEG": 8, "AVIF": 8}.get(kind, 0)


def test_exif_behind_the_pixels_counts(gradient):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(Image.fromarray(gradient), "PNG", exif=exif)
    chunk = data[data.index(b"eXIf") - 4 : data.index(b"IDAT") - 4]
    late = data.replace(chunk, b"").replace(data[-12:], chunk + data[-12:])
    assert late.index(b"eXIf") > late.index(b"IDAT")
    assert far(load_photo(late), np.rot90(gradient, -1)) == 0


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "YCbCr", "LAB", "I;16"])
def test_modes(gradient, mode):
    image = Image.fromarray(gradient)
    if mode == "I;16":
        source = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        expected = np.repeat(np.asarray(image.convert("L"))[..., None], 3, 2)
    elif mode == "LAB":
        spaces = (ImageCms.createProfile(name) for name in ("sRGB", "LAB"))
        source, expected = ImageCms.profileToProfile(image, *spaces, outputMode="LAB"), gradient
    else:
        source = image.convert(mode)
        expected = np.asarray(source.convert("RGB"))
    photo = load_photo(encode(source, "TIFF" if mode in ("CMYK", "YCbCr", "LAB") else "PNG"))
    assert far(photo, expected) <= (16 if mode == "LAB" else 1)
    assert np.abs(photo.pixels.astype(int) - expected).mean() < 1


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_deep_files_keep_the_high_byte(gradient, ending, channels, dtype):
    if ending == ".png" and dtype != np.uint16:
        pytest.skip("PNG has no such depth")
    expected = gradient if channels == 3 else np.repeat(gradient[..., :1], 3, 2)
    scale = {np.uint16: 257, np.int32: 2**24 if channels == 3 else 257}.get(dtype, 1 / 255)
    stored = (gradient[..., ::-1] if channels == 3 else gradient[..., :1]).astype(np.float64) * scale
    if dtype == np.int32:
        stored = stored.astype(np.int64).astype(np.uint32).view(np.int32)
    stored = stored.astype(dtype)
    assert far(load_photo(cv2.imencode(ending, stored)[1].tobytes()), expected) == 0


def test_cmyk_jpeg(gradient):
    photo = load_photo(encode(Image.fromarray(gradient).convert("CMYK"), "JPEG", quality=100))
    assert far(photo, gradient) <= 12


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_gives_its_first_frame(kind):
    frames = [Image.new("RGB", (20, 10), (level,) * 3) for level in (10, 120, 240)]
    options = {"save_all": True, "append_images": frames[1:], "duration": 50}
    photo = load_photo(encode(frames[0], kind, **options))
    assert far(photo, np.full((10, 20, 3), 10)) <= 4


@pytest.mark.parametrize(("pixels", "decoded"), [(800, 100), (799, 200), (400, 100), (399, 200), (120, 120)])
def test_reduced_decoding_keeps_the_target(pixels, decoded):
    image = Image.fromarray(np.full((pixels, pixels + 40, 3), 90, np.uint8))
    photo = load_photo(encode(image, "JPEG"), target=100)
    assert photo.full_size == (pixels, pixels + 40)
    assert photo.pixels.shape[0] == decoded
    assert photo.pixels.min() >= 88 and photo.pixels.max() <= 92


@pytest.mark.parametrize(
    ("target", "expected"), [(None, (800, 640)), ((320, 320), (400, 320)), ((90, 150), (200, 160))]
)
def test_the_longer_side_of_a_target_counts_whatever_the_orientation(tmp_path, target, expected):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 640)).save(tmp_path / "photo.jpg", exif=exif)
    assert read_image(tmp_path / "photo.jpg", target).shape[:2] == expected


def test_a_photograph_of_200_megapixels():
    """Blocks of one grey, six bits each, four of them in three bytes."""
    data = bytearray(encode(Image.new("L", (64, 64), 128), "JPEG"))
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


def test_reduced_decoding_is_area_averaging():
    noise = np.random.default_rng(0).integers(60, 200, (256, 256, 3), np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4)
    data = encode(Image.fromarray(smooth), "JPEG", quality=98, subsampling=0)
    reduced = load_photo(data, target=64).pixels
    expected = cv2.resize(smooth, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced - expected.astype(float)).mean() < 1


def wide_gamut_profile():
    """sRGB's curve with red and green swapped: a profile whose effect is known exactly."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    # The name would tell that there is nothing to do.
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("target", [None, 20])
def test_colour_profile_is_applied(kind, target):
    image = Image.new("RGB", (64, 48), (200, 60, 30))
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    data = encode(image, kind, icc_profile=wide_gamut_profile(), **options)
    photo = load_photo(data, target)
    assert far(photo, np.array([60, 200, 30])) <= 4
    assert photo.full_size == (48, 64)
    # A broken one does no harm.
    broken = load_photo(encode(image, kind, icc_profile=b"nonsense", **options), target)
    assert far(broken, np.array([200, 60, 30])) <= 4


def test_heic(gradient):
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(gradient)).save(stream, quality=95)
    photo = load_photo(stream.getvalue())
    assert photo.full_size == (48, 64)
    assert np.abs(photo.pixels.astype(int) - gradient).mean() < 4


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_raw_preview_is_upright(dng, gradient, tmp_path, orientation, turn):
    preview = encode(Image.fromarray(gradient), "JPEG", quality=100, subsampling=0)
    data = dng(preview, (64, 48), orientation)
    (tmp_path / "a.DNG").write_bytes(data)
    expected = np.rot90(gradient, turn)
    for source in (tmp_path / "a.DNG", data):
        photo = load_photo(source)
        assert photo.full_size == expected.shape[:2]
        assert far(photo, expected) <= 3
    (tmp_path / "developed.dng").write_bytes(dng())
    assert load_photo(tmp_path / "developed.dng").pixels.shape == (32, 48, 3)
    (tmp_path / "broken.nef").write_bytes(dng()[:100])
    with pytest.raises(ImageInputError, match="not a RAW photograph"):
        load_photo(tmp_path / "broken.nef")
