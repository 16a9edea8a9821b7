"""Reading masks, and pictures whose values are numbers; what the grey levels of a mask mean."""

import cv2
import numpy as np

from dbdgan_tf.photo.damage import check_jpeg, check_png
from dbdgan_tf.photo.errors import damage_told, named
from dbdgan_tf.photo.reading import load_photo, read_bytes

POLARITIES = ("blur", "focus")


def read_mask(path, polarity="blur"):
    """Reads a mask, white being "blur" or "focus", as a soft map: float32 (H, W) in 0..1, 1 = blurred."""
    return read_mask_uint8(path, polarity).astype(np.float32) / 255.0


def read_mask_uint8(path, polarity="blur"):
    """As `read_mask`, but uint8 0..255 (255 = blurred): a quarter of the memory."""
    check_polarity(polarity)
    mask = read_values(path, cv2.IMREAD_GRAYSCALE)
    return mask if polarity == "blur" else 255 - mask


def read_values(path, flags=cv2.IMREAD_UNCHANGED):
    """Reads a picture of numbers as they are stored, without a colour profile; `flags` are OpenCV's.

    Gives an array (H, W) or (H, W, C) BGR of the file's type, uint8 (H, W) with cv2.IMREAD_GRAYSCALE, or an
    ImageInputError.
    """
    with named(path), damage_told():
        data = read_bytes(path)
        check_png(data, with_pixels=False)
        check_jpeg(data)
        values = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if values is None:
        # Either it says what is wrong, or it is of a kind that only the photographs' decoder knows.
        values = cv2.cvtColor(load_photo(path).pixels, cv2.COLOR_RGB2GRAY)
    return values


def check_polarity(polarity):
    """Raises ValueError unless the polarity is "blur" or "focus"."""
    if polarity not in POLARITIES:
        raise ValueError(f"Unknown mask polarity. Received: {polarity!r}. Allowed: {', '.join(POLARITIES)}.")


IGNORED = 128


def in_between(mask):
    """The grey levels (1..254) of a uint8 mask other than black and white, ascending."""
    return (np.flatnonzero(np.bincount(mask.ravel(), minlength=256)[1:255]) + 1).tolist()


def counted_pixels(mask):
    """All pixels but those of level 128, if it is the only level in between; None where all count.

    Where there are other levels the mask is soft, and 128 is one degree of blur among many.
    """
    return mask != IGNORED if in_between(mask) == [IGNORED] else None
