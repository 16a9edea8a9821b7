"""A photograph whose every turn and channel shows, and files made of pictures."""

import io

import numpy as np
from PIL import Image

_ACROSS = np.tile(np.linspace(20, 230, 64, dtype=np.uint8), (48, 1))
_DOWN = np.tile(np.linspace(230, 20, 48, dtype=np.uint8)[:, None], (1, 64))
# uint8 (48, 64, 3) RGB whose four corners differ.
GRADIENT = np.stack([_ACROSS, _DOWN, np.full_like(_ACROSS, 90)], -1)


def encode(picture, kind="JPEG", **options):
    """Bytes of a file in a format of Pillow's, of one of its images or an array."""
    stream = io.BytesIO()
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    image.save(stream, format=kind, **options)
    return stream.getvalue()


def turned(orientation):
    """EXIF that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif
