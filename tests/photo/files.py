"""A photograph whose every turn and channel shows, files made of pictures, and the smallest RAW file."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import ImageFileDirectory_v2

_ACROSS = np.tile(np.linspace(20, 230, 64, dtype=np.uint8), (48, 1))
_DOWN = np.tile(np.linspace(230, 20, 48, dtype=np.uint8)[:, None], (1, 64))
_MATRIX, _SIGNED_RATIONAL = 50721, 10
# uint8 (48, 64, 3) RGB whose four corners differ.
GRADIENT = np.stack([_ACROSS, _DOWN, np.full_like(_ACROSS, 90)], -1)


def encode(picture, kind="JPEG", **options):
    """Bytes of a file in a format of Pillow's, of one of its images or an array."""
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    stream = io.BytesIO()
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    image.save(stream, format=kind, **options)
    return stream.getvalue()


def turned(orientation):
    """EXIF that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def swapped_profile():
    """sRGB's curve with red and green swapped: a profile whose effect is known exactly."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    # The name would tell that there is nothing to do.
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def tiny_dng(preview=None, preview_size=(0, 0), orientation=1, size=(96, 64)):
    """A grey mosaic of `size`, (width, height), as a DNG that LibRaw opens, with a JPEG preview if given."""
    mosaic = struct.pack("<H", 3000) * (size[0] * size[1])
    camera = {271: "Tiny", 272: "Camera", 274: orientation, 50706: bytes([1, 4, 0, 0]), 50708: "Tiny Camera"}
    camera |= {_MATRIX: (1, 0, 0, 0, 1, 0, 0, 0, 1), 50778: 21}
    raw = _picture(size, 32803, 1, [16], mosaic)
    raw |= {33421: (2, 2), 33422: bytes([0, 1, 1, 2]), 50717: 4095}
    if preview is None:
        return b"II*\0\x08\0\0\0" + _directory(raw | camera, 8) + mosaic
    content = _directory(raw, 8) + mosaic
    first = _picture(preview_size, 6, 7, [8] * 3, preview) | camera | {254: 1, 330: 8}
    start = 8 + len(content)
    return b"II*\0" + struct.pack("<I", start) + content + _directory(first, start) + preview


def _picture(size, photometric, compression, bits, pixels):
    """Tags of a picture whose pixels follow its directory."""
    tags = {256: size[0], 257: size[1], 258: bits, 259: compression, 262: photometric, 273: 0}
    return tags | {277: len(bits), 278: size[1], 279: len(pixels)}


def _directory(tags, start):
    directory = ImageFileDirectory_v2()
    directory.tagtype[_MATRIX] = _SIGNED_RATIONAL
    for tag, value in tags.items():
        directory[tag] = value
    return directory.tobytes(start)
