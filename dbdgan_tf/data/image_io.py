"""Reading photographs and masks, resizing them, and writing blur maps; numpy, OpenCV and the disk only."""

import os
import tempfile
from pathlib import Path

import cv2
import numpy as np

POLARITIES = ("blur", "focus")
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
_REDUCED_FLAGS = (
    (8, cv2.IMREAD_REDUCED_COLOR_8),
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
)
# Markers of JPEG that start a frame and so carry its size: SOF0..SOF15 without DHT, JPG and DAC.
_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class ImageReadError(ValueError):
    """A file that should hold an image cannot be used.

    Args:
        path: The file.
        reason: What is wrong with it, without the path.
    """

    def __init__(self, path, reason):
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")


def read_image(path, target_size=None):
    """Reads a photograph as 8-bit RGB, upright.

    Grey, RGBA (alpha is dropped), CMYK, palette and 16-bit files all become 8-bit RGB; the EXIF orientation
    is applied. A truncated file is an error, never a half-grey picture.

    Args:
        path: File to read.
        target_size: Optional (height, width) in px that the photo will be resized to. A JPEG at least twice
            that large is decoded at 1/2, 1/4 or 1/8 of its size, never below the target: the same picture for
            a fraction of the time.

    Returns:
        uint8 array (H, W, 3), RGB.

    Raises:
        ImageReadError: If the file is missing, empty or not a readable image.
    """
    data = _read_bytes(path)
    flags = cv2.IMREAD_COLOR if target_size is None else _reduced_flag(data, target_size)
    return cv2.cvtColor(_decode(data, flags, path), cv2.COLOR_BGR2RGB)


def read_mask(path, polarity="blur"):
    """Reads a mask as a soft map in which 1 means blurred.

    Args:
        path: File to read; colour is reduced to grey.
        polarity: What white means on disk: "blur" or "focus".

    Returns:
        float32 array (H, W) in 0..1, 1 = blurred.

    Raises:
        ImageReadError: If the file is missing, empty or not a readable image.
        ValueError: If the polarity is unknown.
    """
    return read_mask_uint8(path, polarity).astype(np.float32) / 255.0


def read_mask_uint8(path, polarity="blur"):
    """As `read_mask`, but uint8 0..255 (255 = blurred): a quarter of the memory."""
    check_polarity(polarity)
    mask = _decode(_read_bytes(path), cv2.IMREAD_GRAYSCALE, path)
    return mask if polarity == "blur" else 255 - mask


def decode(data, flags=cv2.IMREAD_COLOR):
    """Decodes an image file in memory, for training and inference alike.

    From memory on purpose: unlike cv2.imread, cv2.imdecode refuses a truncated JPEG, not padding it grey.

    Args:
        data: uint8 array (N,), the content of a file.
        flags: OpenCV's, cv2.IMREAD_...

    Returns:
        uint8 array (H, W, 3) BGR, upright, or (H, W) grey; None if it is truncated or no image OpenCV knows.

    Raises:
        ValueError: With OpenCV's own words, if it gives up.
    """
    try:
        return cv2.imdecode(data, flags)
    except cv2.error as error:
        raise ValueError(f"cannot be decoded ({error.err})") from error


def resize(image, size):
    """Resizes an image or map: area averaging where no side grows, else bilinear with half-pixel centres.

    Args:
        image: Array (H, W) or (H, W, C), uint8 or float32.
        size: (height, width) in px.

    Returns:
        Array of the same dtype at the new size.
    """
    height, width = size
    if image.shape[:2] == (height, width):
        return image
    # Where one side grows, OpenCV's area rule would repeat pixels, which phones do not.
    shrinks = height <= image.shape[0] and width <= image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def write_map(path, map01):
    """Writes a map as an 8-bit grey image, atomically: a reader sees the old file or the whole new one.

    Args:
        path: File to write; the extension chooses the format (.png for maps). Parent folders are made.
        map01: float array (H, W) or (H, W, 1) in 0..1 (values outside are clipped), 1 = blurred.
    """
    grey = np.rint(np.clip(np.asarray(map01, np.float32), 0.0, 1.0) * 255.0).astype(np.uint8)
    write_image(path, grey[..., 0] if grey.ndim == 3 else grey)


def write_image(path, image, jpeg_quality=95):
    """Writes a uint8 image, (H, W) grey or (H, W, 3) RGB, atomically."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise ValueError(f"Unknown image format. Received: {path}. Allowed: {', '.join(IMAGE_SUFFIXES)}.")
    jpeg = path.suffix.lower() in (".jpg", ".jpeg")
    _, encoded = cv2.imencode(path.suffix, pixels, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality] if jpeg else [])
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encoded.tobytes())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def check_polarity(polarity):
    """Raises ValueError unless the polarity is "blur" or "focus"."""
    if polarity not in POLARITIES:
        raise ValueError(f"Unknown mask polarity. Received: {polarity!r}. Allowed: {', '.join(POLARITIES)}.")


def _read_bytes(path):
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise ImageReadError(path, f"cannot be opened ({error.strerror or error})") from error
    if data.size == 0:
        raise ImageReadError(path, "is empty (zero bytes)")
    return data


def _decode(data, flags, path):
    try:
        image = decode(data, flags)
    except ValueError as error:
        raise ImageReadError(path, str(error)) from error
    if image is None:
        raise ImageReadError(path, "is truncated or is not an image that OpenCV can decode")
    return image


def _reduced_flag(data, target_size):
    size = _jpeg_size(data)
    if size is None:
        return cv2.IMREAD_COLOR
    # The EXIF orientation may still swap height and width, so the shorter side must hold the longer target.
    factor = min(size) / max(target_size)
    return next((flag for scale, flag in _REDUCED_FLAGS if factor >= scale), cv2.IMREAD_COLOR)


def _jpeg_size(data):
    """(height, width) from the frame header of a JPEG in memory; None for anything else."""
    if data[:2].tobytes() != b"\xff\xd8":
        return None
    position = 2
    while position + 9 <= data.size and data[position] == 0xFF:
        marker = int(data[position + 1])
        if marker in _JPEG_FRAME_MARKERS:
            height, width = data[position + 5 : position + 9].view(">u2")
            return int(height), int(width)
        length = int.from_bytes(data[position + 2 : position + 4].tobytes(), "big")
        position += 1 if marker == 0xFF else 2 + length
    return None
