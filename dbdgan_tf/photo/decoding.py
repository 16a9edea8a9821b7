"""Photographs as people have them: rotated, wide-gamut, 16-bit, HEIC, RAW; as small as the task allows."""

import contextlib
import dataclasses
import io
import re
import threading

import cv2
import numpy as np
from PIL import Image

from dbdgan_tf.photo.colour import is_foreign, to_srgb
from dbdgan_tf.photo.damage import check_jpeg, check_png, jpeg_pixels
from dbdgan_tf.photo.errors import ImageInputError, damage_told, named, tell_damage
from dbdgan_tf.photo.optional_formats import RAW_SUFFIXES, raw_preview, require_reader
from dbdgan_tf.photo.pixels import check_size, eight_bits, from_int32, rgb_array, turn
from dbdgan_tf.photo.tiff import check_jpeg_pieces, is_raw, tiff_tags

# 250 megapixels: the largest phone photographs stay below, decompression bombs do not.
DEFAULT_MAX_PIXELS = 250_000_000
SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp")
    + (".heic", ".heif", ".hif", ".avif", *RAW_SUFFIXES)
)
_ORIENTATION, _HEIGHT, _WIDTH = 0x0112, 0x0101, 0x0100
_JPEG = ("JPEG", "MPO")
# What is decoded faster than by Pillow, to the same pixels, and how many of those OpenCV takes. Of AVIF it
# refuses damage that Pillow passes, but not every build can read it.
_BY_OTHERS, _OPENCV_LIMIT = [*_JPEG, "PNG", "WEBP", "BMP"], 2**30
if re.search(r"\bAVIF: +(?!NO)", cv2.getBuildInformation()):
    _BY_OTHERS.append("AVIF")
# PostScript, which Pillow hands to another program.
_PROGRAMS = (b"%!PS", b"\xc5\xd0\xd3\xc6")


@dataclasses.dataclass(frozen=True, eq=False)
class Photo:
    """A decoded photograph: uint8 (h, w, 3) RGB in sRGB, upright, possibly at a fraction of its full size.

    `full_size` is (height, width) of the upright photograph, px.
    """

    pixels: np.ndarray
    full_size: tuple


def from_pil(image, max_pixels=DEFAULT_MAX_PIXELS):
    """As `load_photo`, for a PIL image."""
    with named("PIL image"), without_pillow_limit():
        return _from_pillow(image, b"", None, max_pixels)


def decode(data, suffix="", target=None, max_pixels=DEFAULT_MAX_PIXELS):
    """As `load_photo`, of bytes; `suffix` only tells what a file that is not recognised may be."""
    if not data:
        raise ImageInputError("is empty (zero bytes)", "no image")
    if data.startswith(_PROGRAMS):
        raise ImageInputError("is not an image that can be read (PostScript)", "no image")
    tags = tiff_tags(data)
    if is_raw(data, tags):
        return _from_raw(data, target, max_pixels)
    require_reader(data)
    try:
        image = Image.open(io.BytesIO(data))
    except Exception as error:
        if tags and _HEIGHT in tags and _WIDTH in tags:
            return _from_deep_tiff(data, tags, max_pixels)
        if suffix in RAW_SUFFIXES:
            return _from_raw(data, target, max_pixels)
        if any(accept and accept(data[:16].ljust(16, b"\0")) is True for _, accept in Image.OPEN.values()):
            raise ImageInputError("is damaged or cut off (at its beginning)", "damaged") from error
        raise ImageInputError("is not an image that can be read", "no image") from error
    return _from_pillow(image, data, target, max_pixels)


def _from_raw(data, target, max_pixels):
    preview, orientation = raw_preview(data)
    if isinstance(preview, bytes):
        with damage_told():
            image = Image.open(io.BytesIO(preview))
        return _from_pillow(image, preview, target, max_pixels, orientation)
    upright = turn(preview, orientation)
    return Photo(upright, upright.shape[:2])


def _from_deep_tiff(data, tags, max_pixels):
    """Colour of 32 bits or of floats, which Pillow does not know."""
    check_size(tags[_HEIGHT], tags[_WIDTH], max_pixels)
    with damage_told():
        pixels = _whole(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
        if pixels.dtype == np.uint8:
            # Of 8 bits Pillow knows what there is; OpenCV leaves black what it cannot decode.
            raise ValueError("its compression or layout is not known")
        pixels = rgb_array(from_int32(pixels) if pixels.dtype == np.int32 else pixels)
        upright = turn(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), tags.get(_ORIENTATION, 1))
    return Photo(upright, upright.shape[:2])


def _from_pillow(image, data, target, max_pixels, orientation=1):
    """`data` may be missing; `orientation` is what counts if the file itself does not tell."""
    check_size(image.height, image.width, max_pixels)
    size = image.size
    factor = next((factor for factor in (8, 4, 2) if target and min(size) >= factor * target), 1)
    with damage_told():
        pixels = _pixels(data, image, factor)
    orientation = _orientation(image, orientation)
    return Photo(turn(pixels, orientation), size[::-1] if orientation < 5 else size)


def _pixels(data, image, factor):
    profile, size = image.info.get("icc_profile"), image.size
    pixels = _by_others(data, image, factor)
    if pixels is not None:
        if not is_foreign(profile, image.mode):
            return pixels
        # Pillow's own modes from here on, as a profile is one of grey or of colour.
        image = Image.fromarray(pixels).convert(image.mode)
    elif factor > 1 and image.format in _JPEG:
        image.draft(image.mode, (size[0] // factor, size[1] // factor))
    image.load()
    if image.format == "TIFF" and data:
        check_jpeg_pieces(data, image)
    rest = factor // max(1, size[0] // image.width)
    if rest > 1 and image.mode in ("RGB", "RGBA", "L", "CMYK"):
        # Means of rest x rest pixels: what is left of the colour work then costs next to nothing.
        image = image.reduce(rest)
    return np.array(to_srgb(eight_bits(image), profile))


def _by_others(data, image, factor):
    """Pixels, or None of an image that is left to Pillow."""
    possible = image.format in _BY_OTHERS and image.mode in ("RGB", "RGBA", "L") and data
    moves = getattr(image, "is_animated", False) and image.format != "MPO"
    if not possible or moves or image.width * image.height > _OPENCV_LIMIT:
        check_png(data)
        check_jpeg(data, image.size)
        return None
    if image.format in _JPEG:
        pixels = _whole(jpeg_pixels(data, image.size, factor))
    elif check_png(data, with_pixels=False):
        return None
    else:
        factor, flags = 1, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        pixels = _whole(cv2.imdecode(np.frombuffer(data, np.uint8), flags))
    if pixels.shape[1::-1] != tuple(-(-side // factor) for side in image.size):
        raise ValueError("it names two sizes")
    return pixels


def _whole(pixels):
    if pixels is None:
        raise ValueError("the decoder found no whole picture")
    return pixels


def _orientation(image, otherwise):
    # Pillow turns TIFF itself when it loads one, and pillow-heif turns HEIC.
    if image.format in ("TIFF", "HEIF"):
        return 1
    try:
        # PNG's own method would decode the pixels again.
        value = Image.Image.getexif(image).get(_ORIENTATION, otherwise)
    except Exception:
        tell_damage("its EXIF, and how it is turned, cannot be read")
        return otherwise
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


_lock, _users, _limit = threading.Lock(), 0, None


@contextlib.contextmanager
def without_pillow_limit():
    """Lifts the limit while at least one thread is inside."""
    global _users, _limit
    with _lock:
        if _users == 0:
            _limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                Image.MAX_IMAGE_PIXELS = _limit
