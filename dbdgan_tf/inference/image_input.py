"""Whatever a person calls an image, as uint8 RGB: a path, bytes, a PIL image or an array."""

import io
import os
from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.data.image_io import decode

# 150 megapixels: the largest phone photographs stay below, decompression bombs do not.
DEFAULT_MAX_PIXELS = 150_000_000
_ARRAY_KINDS = "uint8 0..255, uint16 0..65535, float 0..1, bool"


class ImageInputError(ValueError):
    """An input that is not a usable image."""


def to_rgb(source, max_pixels=DEFAULT_MAX_PIXELS):
    """Turns an image of any accepted kind into upright 8-bit RGB.

    Args:
        source: A path, the bytes of an image file, a PIL image, or an array (H, W), (H, W, 1), (H, W, 3) RGB
            or (H, W, 4) RGBA (alpha is dropped) of uint8 0..255, uint16 0..65535, float 0..1 or bool.
        max_pixels: Images of more pixels are refused; a file's header is read for this before anything is
            decoded.

    Returns:
        uint8 array (H, W, 3), RGB, EXIF orientation applied.

    Raises:
        ImageInputError: If the source is no image, broken, empty, too large, or holds NaN or infinities.
    """
    if isinstance(source, (str, os.PathLike)):
        return _decode(_read(source), f"the file {os.fspath(source)!r}", max_pixels)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _decode(bytes(source), f"{len(source)} bytes", max_pixels)
    if isinstance(source, np.ndarray):
        return _from_array(source, max_pixels)
    if hasattr(source, "getexif") and hasattr(source, "convert"):
        return _from_pil(source, max_pixels)
    raise ImageInputError(
        f"This is not an image. Received: {type(source).__name__}. "
        "Allowed: a path, the bytes of an image file, a PIL image, a NumPy array."
    )


def _read(path):
    path = Path(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageInputError(f"Cannot open the image {str(path)!r}: {error.strerror or error}.") from error


def _decode(data, label, max_pixels):
    width, height = _header_size(data, label)
    _check_size(height, width, label, max_pixels)
    try:
        image = decode(np.frombuffer(data, np.uint8))
    except ValueError as error:
        raise ImageInputError(f"The image {error}. Received: {label}.") from error
    if image is not None:
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    return _decode_with_pillow(data, label, max_pixels)


def _header_size(data, label):
    from PIL import Image

    if not data:
        raise ImageInputError(f"The image is empty. Received: {label}.")
    try:
        with Image.open(io.BytesIO(data)) as header:
            return header.size
    except Image.DecompressionBombError as error:
        raise ImageInputError(f"The image is too large to decode. Received: {label}: {error}") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageInputError(
            f"This is not an image file, or it is cut off. Received: {label}. "
            "Allowed: JPEG, PNG, WebP, TIFF, BMP."
        ) from error


def _decode_with_pillow(data, label, max_pixels):
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return _from_pil(image, max_pixels)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise ImageInputError(f"Cannot decode {label}: {error}.") from error


def _from_pil(image, max_pixels):
    from PIL import ImageOps

    _check_size(image.height, image.width, "a PIL image", max_pixels)
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        return _from_array(np.asarray(upright).astype(np.uint16), max_pixels)
    if upright.mode == "F":
        return _from_array(np.asarray(upright), max_pixels)
    return np.array(upright.convert("RGB"))


def _from_array(array, max_pixels):
    label = f"an array {array.shape} of {array.dtype}"
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise ImageInputError(f"Not an image's shape. Received: {label}. Allowed: (H, W), (H, W, 1|3|4).")
    _check_size(*array.shape[:2], label, max_pixels)
    pixels = _to_uint8(array, label).reshape(*array.shape[:2], channels)
    if channels == 1:
        return np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels[..., :3])


def _to_uint8(array, label):
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        return np.rint(array / np.float32(257.0)).astype(np.uint8)
    if not np.issubdtype(array.dtype, np.floating):
        raise ImageInputError(f"Not a type of pixel. Received: {label}. Allowed: {_ARRAY_KINDS}.")
    if not np.all(np.isfinite(array)):
        raise ImageInputError(f"The image holds NaN or infinite values. Received: {label}. Allowed: 0..1.")
    low, high = float(array.min()), float(array.max())
    if low < -1e-3 or high > 1 + 1e-3:
        raise ImageInputError(
            f"Float images must lie in 0..1. Received: {label}, {low:.4g}..{high:.4g}. "
            "Allowed: divide by the largest value the image can take, or pass uint8."
        )
    return np.rint(np.clip(array, 0, 1) * 255).astype(np.uint8)


def _check_size(height, width, label, max_pixels):
    if height < 1 or width < 1:
        raise ImageInputError(f"The image has no pixels. Received: {label}, {height} x {width}.")
    if height * width > max_pixels:
        raise ImageInputError(
            f"The image is too large. Received: {label}, {height} x {width} = {height * width} pixels. "
            f"Allowed: {max_pixels} (max_pixels)."
        )
