"""Photographs from paths and bytes."""

import stat
from pathlib import Path

from dbdgan_tf.photo.decoding import DEFAULT_MAX_PIXELS, decode
from dbdgan_tf.photo.errors import ImageInputError, named
from dbdgan_tf.photo.pillow_limit import without_pillow_limit

_MOST_BYTES = 4 * 10**9


def load_photo(source, target=None, max_pixels=DEFAULT_MAX_PIXELS):
    """Decodes a photograph: upright, in sRGB, alpha dropped, the first frame only.

    Args:
        source: A path, or the bytes of an image file.
        target: Optional number of px that the shorter side must keep: larger photographs are decoded at a
            fraction of their size. None keeps every pixel.
        max_pixels: Larger photographs are refused before they are decoded.

    Returns:
        A `Photo`.

    Raises:
        ImageInputError: If it cannot be read, is no image, is cut off or is too large.
    """
    if isinstance(source, bytes):
        with named(f"image of {len(source)} bytes"), without_pillow_limit():
            return decode(source, "", target, max_pixels)
    with named(source), without_pillow_limit():
        return decode(read_bytes(source), Path(source).suffix.lower(), target, max_pixels)


def read_image(path, target_size=None):
    """Reads a photograph's pixels.

    Args:
        path: File to read.
        target_size: Optional (height, width) in px that the photo will be resized to. A JPEG at least twice
            that large is decoded at 1/2, 1/4 or 1/8 of its size, never below the target.

    Returns:
        uint8 array (H, W, 3), RGB in sRGB, upright.

    Raises:
        ImageInputError: If the file is missing, empty or not a readable image.
    """
    return load_photo(path, target_size and max(target_size)).pixels


def read_bytes(path):
    """The content of a regular file; an ImageInputError if it cannot be opened or is empty."""
    path = Path(path)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode) and not stat.S_ISDIR(facts.st_mode):
            raise ImageInputError(
                "cannot be opened (it is a pipe or device and no regular file)", "not opened"
            )
        if facts.st_size > _MOST_BYTES:
            raise ImageInputError(f"is too large ({facts.st_size / 1e9:.1f} GB; allowed: 4)", "too large")
        data = path.read_bytes()
    except OSError as error:
        raise ImageInputError(f"cannot be opened ({error.strerror or error})", "not opened") from error
    if not data:
        raise ImageInputError("is empty (zero bytes)", "no image")
    return data
