"""Photographs from whatever a person calls one: a path, bytes, a PIL image or an array."""

import datetime
import os
import stat
from pathlib import Path

import numpy as np
from PIL import Image

from dbdgan_tf.photo.decoding import DEFAULT_MAX_PIXELS, decode, from_pil, without_pillow_limit
from dbdgan_tf.photo.errors import ImageInputError, named
from dbdgan_tf.photo.pixels import check_size, rgb_array

_MOST_BYTES = 4 * 10**9
_EXIF, _TAKEN, _FRACTION, _CHANGED = 0x8769, 0x9003, 0x9291, 0x0132


def load_photo(source, target=None, max_pixels=DEFAULT_MAX_PIXELS):
    """Decodes a photograph: upright, in sRGB, alpha dropped, the first frame only.

    Args:
        source: A path, or the bytes of an image file.
        target: Optional number of px that the shorter side must keep: larger photographs are decoded at a
            fraction of their size. None keeps every pixel.
        max_pixels: Larger photographs are refused before they are decoded.

    Raises:
        ImageInputError: If it cannot be read, is no image, is cut off or is too large.
    """
    if isinstance(source, bytes):
        with named(f"image of {len(source)} bytes"), without_pillow_limit():
            return decode(source, "", target, max_pixels)
    with named(source), without_pillow_limit():
        return decode(read_bytes(source), Path(source).suffix.lower(), target, max_pixels)


def read_image(path, target_size=None):
    """A photograph's pixels: uint8 (H, W, 3) RGB in sRGB, upright; errors as of `load_photo`.

    `target_size` is (height, width) in px that the photo will be resized to, below which it is not decoded.
    """
    return load_photo(path, target_size and max(target_size)).pixels


def read_bytes(path):
    """The content of a regular file; an ImageInputError if it cannot be opened or is empty."""
    path = Path(path)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) and not stat.S_ISDIR(facts.st_mode):
            raise ImageInputError("cannot be opened (it is a pipe or device, no regular file)", "not opened")
        if facts.st_size > _MOST_BYTES:
            raise ImageInputError(f"is too large ({facts.st_size / 1e9:.1f} GB; allowed: 4)", "too large")
        data = path.read_bytes()
    except OSError as error:
        raise ImageInputError(f"cannot be opened ({error.strerror or error})", "not opened") from error
    if not data:
        raise ImageInputError("is empty (zero bytes)", "no image")
    return data


def to_rgb(source, max_pixels=DEFAULT_MAX_PIXELS):
    """Turns an image of any accepted kind into upright 8-bit RGB.

    Args:
        source: A path, the bytes of an image file, a PIL image, or an array (H, W), (H, W, 1), (H, W, 3) RGB
            or (H, W, 4) RGBA (alpha is dropped) of uint8 0..255, uint16 0..65535, float 0..1 or bool.
        max_pixels: Larger images are refused before they are decoded.

    Returns:
        uint8 array (H, W, 3), RGB in sRGB, EXIF orientation applied.

    Raises:
        ImageInputError: If the source is no image, broken, empty, too large, or holds NaN or infinities.
    """
    if isinstance(source, (str, os.PathLike)):
        return load_photo(source, max_pixels=max_pixels).pixels
    if isinstance(source, (bytes, bytearray, memoryview)):
        return load_photo(bytes(source), max_pixels=max_pixels).pixels
    if isinstance(source, np.ndarray):
        with named(f"array {source.shape} of {source.dtype}"):
            if source.ndim >= 2:
                check_size(*source.shape[:2], max_pixels)
            return rgb_array(source)
    if hasattr(source, "getexif") and hasattr(source, "convert"):
        return from_pil(source, max_pixels).pixels
    raise ImageInputError(
        f"This is not an image. Received: {type(source).__name__}. "
        "Allowed: a path, the bytes of an image file, a PIL image, a NumPy array.",
        "no image",
    )


def read_time(path):
    """When it was taken, seconds by the camera's clock with fractions; None where the file does not tell."""
    try:
        with Image.open(path) as image:
            tags = Image.Image.getexif(image)
        exif = tags.get_ifd(_EXIF)
        text, fraction = exif.get(_TAKEN) or tags.get(_CHANGED), str(exif.get(_FRACTION, "")).strip()
        moment = datetime.datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except Exception:
        # Whatever is wrong with it: it has no time.
        return None
    seconds = moment.replace(tzinfo=datetime.timezone.utc).timestamp()
    return seconds + (float(f"0.{fraction}") if fraction.isdecimal() else 0)
