"""Pixels of any type and layout become 8-bit RGB, upright; and the one resize of photographs and maps."""

import cv2
import numpy as np
from PIL import Image

from dbdgan_tf.photo.errors import ImageInputError

_ARRAY_KINDS = "uint8 0..255, uint16 0..65535, float 0..1, bool"


def rgb_array(array):
    """8-bit RGB of an array as `to_rgb` takes it."""
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4):
        reason = f"has not an image's shape. Received: {array.shape}. Allowed: (H, W), (H, W, 1|3|4)"
        raise ImageInputError(reason, "unsuitable")
    pixels = _to_uint8(array).reshape(*array.shape[:2], channels)
    return np.repeat(pixels, 3, axis=2) if channels == 1 else np.ascontiguousarray(pixels[..., :3])


def check_size(height, width, max_pixels):
    """Raises ImageInputError for images of no or of too many pixels."""
    if height < 1 or width < 1:
        raise ImageInputError(f"has no pixels: {width} x {height}", "unsuitable")
    if height * width > max_pixels:
        size = f"{width} x {height} = {height * width / 1e6:.4g} megapixels"
        raise ImageInputError(f"is too large: {size}; allowed: {max_pixels / 1e6:.4g}", "too large")


def eight_bits(image):
    """A PIL image of 16 or 32 bits or of floats, which Pillow would clip, becomes L; others pass."""
    if image.mode.startswith("I;16"):
        return Image.fromarray(_to_uint8(np.asarray(image).astype(np.uint16)))
    if image.mode in ("I", "F"):
        values = np.asarray(image)
        return Image.fromarray(_to_uint8(values if image.mode == "F" else from_int32(values)))
    return image


def from_int32(values):
    """uint16 of int32: of all 32 bits or, from programs that mean 16, of the lowest 16."""
    values = values.view(np.uint32)
    return (values if values.max() < 2**16 else values >> 16).astype(np.uint16)


def turn(pixels, orientation):
    """Turns pixels that lie as EXIF's 1..8 says upright."""
    if 5 <= orientation <= 8:
        pixels = cv2.transpose(pixels)
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    return pixels if flip is None else cv2.flip(pixels, flip)


def _to_uint8(array):
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        return (array >> 8).astype(np.uint8)
    if not np.issubdtype(array.dtype, np.floating):
        reason = f"is of no type of pixel. Received: {array.dtype}. Allowed: {_ARRAY_KINDS}"
        raise ImageInputError(reason, "unsuitable")
    if not np.all(np.isfinite(array)):
        raise ImageInputError("holds NaN or infinite values. Allowed: 0..1", "unsuitable")
    low, high = float(array.min()), float(array.max())
    if low < -1e-3 or high > 1 + 1e-3:
        reason = f"holds float values outside of 0..1. Received: {low:.4g}..{high:.4g}. Allowed: "
        reason += "divide by the largest value that the image can take, or use uint8"
        raise ImageInputError(reason, "unsuitable")
    return np.rint(np.clip(array, 0, 1) * 255).astype(np.uint8)


def resize(image, size):
    """Resizes uint8 or float32 to (height, width): area averaging where no side grows, else bilinear."""
    height, width = size
    if image.shape[:2] == (height, width):
        return image
    # Where one side grows, OpenCV's area rule would repeat pixels, which phones do not.
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
