"""Whatever a person calls an image, as uint8 RGB: a path, bytes, a PIL image or an array."""

import os

import numpy as np

from dbdgan_tf.photo.decoding import DEFAULT_MAX_PIXELS, from_pil
from dbdgan_tf.photo.errors import ImageInputError, named
from dbdgan_tf.photo.pixels import check_size, rgb_array
from dbdgan_tf.photo.reading import load_photo


def to_rgb(source, max_pixels=DEFAULT_MAX_PIXELS):
    """Turns an image of any accepted kind into upright 8-bit RGB.

    Args:
        source: A path, the bytes of an image file, a PIL image, or an array (H, W), (H, W, 1), (H, W, 3) RGB
            or (H, W, 4) RGBA (alpha is dropped) of uint8 0..255, uint16 0..65535, float 0..1 or bool.
        max_pixels: Images of more pixels are refused; a file's header is read for this before anything is
            decoded.

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
