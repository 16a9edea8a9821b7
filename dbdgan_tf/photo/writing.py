"""Writing photographs and blur maps."""

from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.atomic_file import write_bytes

# Extension -> OpenCV's name of its quality; without one it is lossless.
_QUALITIES = {
    **dict.fromkeys((".jpg", ".jpeg"), cv2.IMWRITE_JPEG_QUALITY),
    ".webp": cv2.IMWRITE_WEBP_QUALITY,
    **dict.fromkeys((".png", ".bmp", ".tif", ".tiff")),
}
IMAGE_SUFFIXES = tuple(_QUALITIES)
_WITH_ALPHA = (".png", ".webp", ".tif", ".tiff")


def encode(image, ending, quality=None):
    """Bytes of an image file, or a ValueError if the format is unknown or cannot hold the picture.

    Args:
        image: uint8 (or for .png and .tif uint16) (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA.
        ending: Extension with its dot, one of `IMAGE_SUFFIXES`.
        quality: 1..100 of JPEG (None: 95) and WebP (None: lossless).
    """
    ending = ending.lower()
    if ending not in IMAGE_SUFFIXES:
        raise ValueError(f"Unknown image format. Received: {ending!r}. Allowed: {', '.join(IMAGE_SUFFIXES)}.")
    if quality is None and ending in (".jpg", ".jpeg"):
        quality = 95
    options = (_QUALITIES[ending], quality) if quality and _QUALITIES[ending] else ()
    with_alpha = image.ndim == 3 and image.shape[2] == 4
    if with_alpha and ending not in _WITH_ALPHA:
        raise ValueError(f"Transparency needs {', '.join(_WITH_ALPHA)}. Received: {ending!r}.")
    order = cv2.COLOR_RGBA2BGRA if with_alpha else cv2.COLOR_RGB2BGR
    pixels = cv2.cvtColor(image, order) if image.ndim == 3 else image
    try:
        done, content = cv2.imencode(ending, pixels, options)
    except cv2.error as error:
        raise ValueError(f"cannot be written as {ending} ({error.err})") from error
    if not done:
        raise ValueError(f"cannot be written as {ending}: {image.shape[1]} x {image.shape[0]} pixels")
    return content.tobytes()


def write_image(path, image, quality=None):
    """Writes an image by its path's extension, as `encode` does; readers see the old file or the new one."""
    write_bytes(path, encode(image, Path(path).suffix, quality))


def write_map(path, map01):
    """As `write_image`, of a float map (H, W) or (H, W, 1) in 0..1 (others are clipped), in 8-bit grey."""
    grey = np.rint(np.clip(np.asarray(map01, np.float32), 0.0, 1.0) * 255.0).astype(np.uint8)
    write_image(path, grey[..., 0] if grey.ndim == 3 else grey)
