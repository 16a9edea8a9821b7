"""A photograph as people have them: rotated, wide-gamut, 16-bit, HEIC, RAW; as small as the task allows."""

import dataclasses
import io
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from dbdgan_tf.cli.colour import to_srgb
from dbdgan_tf.cli.optional_formats import RAW_SUFFIXES, allow_heif, looks_like_heif, raw_preview
from dbdgan_tf.inference.image_input import DEFAULT_MAX_PIXELS, ImageInputError

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp")
    + (".heic", ".heif", ".hif", ".avif", *RAW_SUFFIXES)
)
_ORIENTATION = 0x0112
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError)


@dataclasses.dataclass(frozen=True, eq=False)
class Photo:
    """A decoded photograph.

    Attributes:
        pixels: uint8 (h, w, 3) RGB in sRGB, upright; possibly at a fraction of the size.
        full_size: (height, width) of the upright photograph, px.
    """

    pixels: np.ndarray
    full_size: tuple


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
    data = source if isinstance(source, bytes) else _read(source)
    if not data:
        raise ImageInputError("is empty (zero bytes)")
    if not isinstance(source, bytes) and Path(source).suffix.lower() in RAW_SUFFIXES:
        return _load_raw(data, target, max_pixels)
    return _load(data, target, max_pixels)


def _load_raw(data, target, max_pixels):
    preview, orientation = raw_preview(data)
    if isinstance(preview, bytes):
        return _load(preview, target, max_pixels, orientation)
    upright = _turn(preview, orientation)
    return Photo(upright, upright.shape[:2])


def _load(data, target, max_pixels, orientation=1):
    """`orientation` is what counts if the file itself does not tell."""
    if looks_like_heif(data):
        allow_heif()
    image = _open(data, max_pixels)
    orientation = _orientation(image, orientation)
    full_size = (image.height, image.width) if orientation < 5 else (image.width, image.height)
    factor = _factor(image.size, target)
    try:
        pixels = _pixels(data, image, factor)
    except (*_UNREADABLE, cv2.error) as error:
        raise ImageInputError(f"is damaged or cut off ({_reason(error)})") from error
    return Photo(_turn(pixels, orientation), full_size)


def _read(path):
    try:
        with open(os.fspath(path), "rb") as file:
            return file.read()
    except OSError as error:
        raise ImageInputError(f"cannot be opened ({error.strerror or error})") from error


def _open(data, max_pixels):
    try:
        image = Image.open(io.BytesIO(data))
    except Image.DecompressionBombError as error:
        raise ImageInputError(f"is too large to decode ({error})") from error
    except _UNREADABLE as error:
        raise ImageInputError("is not an image that can be read, or its beginning is damaged") from error
    if image.width * image.height > max_pixels:
        megapixels = image.width * image.height / 1e6
        raise ImageInputError(
            f"is too large: {image.width} x {image.height} = {megapixels:.0f} megapixels; "
            f"allowed: {max_pixels / 1e6:.0f}"
        )
    return image


def _orientation(image, otherwise):
    # Pillow turns TIFF itself when it loads one, and pillow-heif turns HEIC.
    if image.format in ("TIFF", "HEIF"):
        return 1
    try:
        value = image.getexif().get(_ORIENTATION, otherwise)
    except _UNREADABLE:
        return otherwise
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _factor(size, target):
    if not target:
        return 1
    return next((factor for factor in (8, 4, 2) if min(size) >= factor * target), 1)


def _pixels(data, image, factor):
    profile = image.info.get("icc_profile")
    if image.format in ("JPEG", "MPO") and image.mode in ("RGB", "L"):
        flags = _REDUCED.get(factor, cv2.IMREAD_COLOR) | cv2.IMREAD_IGNORE_ORIENTATION
        # Unlike cv2.imread, cv2.imdecode refuses a truncated JPEG instead of padding it grey.
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        if decoded is None:
            raise ImageInputError("the decoder found no whole picture")
        pixels = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
        if not profile:
            return pixels
        small = Image.fromarray(pixels)
        return np.asarray(to_srgb(small.convert("L") if image.mode == "L" else small, profile))
    if factor > 1:
        image.draft(image.mode, (image.width // factor, image.height // factor))
    before = image.size
    image.load()
    done = max(1, before[0] // max(1, image.width))
    return np.array(to_srgb(_to_eight_bits(_shrink(image, factor // done)), profile))


def _shrink(image, factor):
    """Means of factor x factor pixels: what is left of the colour work then costs next to nothing."""
    return image.reduce(factor) if factor > 1 and image.mode in ("RGB", "RGBA", "L", "CMYK") else image


def _to_eight_bits(image):
    """Grey of 16 or 32 bits, which Pillow would clip, becomes L; others pass."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint16) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        values = np.asarray(image, np.float64)
        top = 65535.0 if image.mode == "I" else 1.0
        if not np.all(np.isfinite(values)):
            raise ImageInputError("holds NaN or infinite values")
        return Image.fromarray(np.clip(values / top * 255, 0, 255).astype(np.uint8))
    return image


def _turn(pixels, orientation):
    turns = {
        2: lambda image: image[:, ::-1],
        3: lambda image: image[::-1, ::-1],
        4: lambda image: image[::-1],
        5: lambda image: image.swapaxes(0, 1),
        6: lambda image: np.rot90(image, -1),
        7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
        8: lambda image: np.rot90(image),
    }
    return np.ascontiguousarray(turns.get(orientation, np.asarray)(pixels))


def _reason(error):
    return getattr(error, "err", None) or str(error) or type(error).__name__
