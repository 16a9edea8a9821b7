"""Every kind of photograph decodes to the same upright sRGB pixels, or to one clear sentence."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from dbdgan_tf.cli.photo_input import load_photo
from dbdgan_tf.inference.image_input import ImageInputError


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(gradient, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 100} if kind == "JPEG" else {}
    data = encode(Image.fromarray(gradient), kind, exif=exif, **options)
    upright = {
        1: gradient,
        2: gradient[:, ::-1],
        3: np.rot90(gradient, 2),
        4: gradient[::-1],
        5: gradient.transpose(1, 0, 2),
        6: np.rot90(gradient, -1),
        7: np.rot90(gradient, 2).transpose(1, 0, 2),
        8: np.rot90(gradient),
    }[orientation]
    photo = load_photo(data)
    assert photo.full_size == upright.shape[:2]
    assert far(photo, upright) <= (8 if kind == "JPEG" else 0)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_modes(gradient, mode):
    image = Image.fromarray(gradient)
    if mode == "I;16":
        source = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        expected = np.repeat(np.asarray(image.convert("L"))[..., None], 3, 2)
    else:
        source = image.convert(mode)
        expected = np.asarray(source.convert("RGB"))
    photo = load_photo(encode(source, "TIFF" if mode == "CMYK" else "PNG"))
    assert far(photo, expected) <= 1


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_sixteen_bit_colour(gradient, ending):
    data = cv2.imencode(ending, gradient[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    assert far(load_photo(data), gradient) <= 1


def test_cmyk_jpeg(gradient):
    photo = load_photo(encode(Image.fromarray(gradient).convert("CMYK"), "JPEG", quality=100))
    assert far(photo, gradient) <= 12


def test_alpha_is_dropped(gradient):
    rgba = np.dstack([gradient, np.zeros(gradient.shape[:2], np.uint8)])
    assert far(load_photo(encode(Image.fromarray(rgba), "PNG")), gradient) == 0


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


def test_reduced_decoding_is_area_averaging():
    noise = np.random.default_rng(0).integers(60, 200, (256, 256, 3), np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4)
    data = encode(Image.fromarray(smooth), "JPEG", quality=98, subsampling=0)
    reduced = load_photo(data, target=64).pixels
    assert (
        np.abs(reduced - cv2.resize(smooth, (64, 64), interpolation=cv2.INTER_AREA).astype(float)).mean() < 1
    )


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


def test_a_broken_profile_does_no_harm(gradient):
    assert far(load_photo(encode(Image.fromarray(gradient), "PNG", icc_profile=b"nonsense")), gradient) == 0


def test_heic(gradient):
    pillow_heif = pytest.importorskip("pillow_heif")
    stream = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(gradient)).save(stream, quality=95)
    photo = load_photo(stream.getvalue())
    assert photo.full_size == (48, 64)
    assert np.abs(photo.pixels.astype(int) - gradient).mean() < 4


def test_missing_extras_say_what_to_install(monkeypatch, tmp_path):
    import sys

    from dbdgan_tf.cli import optional_formats

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    optional_formats._register_heif.cache_clear()
    with pytest.raises(ImageInputError, match=r"pip install 'dbdgan_tf\[heic\]'"):
        load_photo(b"\0\0\0\x18ftypheic" + bytes(30))
    (tmp_path / "a.cr2").write_bytes(b"II*\0")
    with pytest.raises(ImageInputError, match=r"pip install 'dbdgan_tf\[raw\]'"):
        load_photo(tmp_path / "a.cr2")
    optional_formats._register_heif.cache_clear()


@pytest.fixture(scope="module")
def dng(load_module, repository):
    pytest.importorskip("rawpy")
    return load_module(repository / "tests/cli/tiny_dng.py").tiny_dng


@pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_raw_preview_is_upright(dng, gradient, tmp_path, orientation, turn):
    preview = encode(Image.fromarray(gradient), "JPEG", quality=100, subsampling=0)
    (tmp_path / "a.DNG").write_bytes(dng(preview, (64, 48), orientation))
    photo = load_photo(tmp_path / "a.DNG")
    expected = np.rot90(gradient, turn)
    assert photo.full_size == expected.shape[:2]
    assert far(photo, expected) <= 3


def test_raw_without_preview_is_developed(dng, tmp_path):
    (tmp_path / "a.dng").write_bytes(dng())
    assert load_photo(tmp_path / "a.dng").pixels.shape == (32, 48, 3)


def test_broken_raw(dng, tmp_path):
    (tmp_path / "a.nef").write_bytes(dng()[:100])
    with pytest.raises(ImageInputError, match="not a RAW photograph"):
        load_photo(tmp_path / "a.nef")
