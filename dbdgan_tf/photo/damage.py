"""What decoders keep to themselves: checksums of PNG, and what libjpeg-turbo says of a JPEG."""

import zlib

import cv2
import numpy as np
import simplejpeg

from dbdgan_tf.photo.errors import ImageInputError, tell_damage

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
# No damage: a kind of JPEG that OpenCV reads and libjpeg-turbo's own interface does not.
_UNUSUAL = "subsampling"


def check_png(data, with_pixels=True):
    """Checks every chunk of a PNG, `with_pixels` those that OpenCV checks itself; other files pass.

    Returns whether something but the end follows the pixels, such as a late EXIF chunk.
    """
    if not data.startswith(_PNG):
        return False
    view, position, kinds = memoryview(data), len(_PNG), []
    while not kinds or kinds[-1] != b"IEND":
        end = position + 12 + int.from_bytes(view[position : position + 4], "big")
        if end > len(data):
            raise ImageInputError("is damaged or cut off (a PNG that ends early)", "damaged")
        kinds.append(bytes(view[position + 4 : position + 8]))
        counts = with_pixels or kinds[-1] != b"IDAT"
        if counts and zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise ImageInputError("is damaged or cut off (a checksum of the PNG is wrong)", "damaged")
        position = end
    return b"IDAT" not in kinds[-2:]


def jpeg_pixels(data, size, factor=1):
    """Decodes a JPEG to uint8 RGB at 1 / factor of its size; tells of damage that the decoder can live with.

    None if there is no whole picture. size is (width, height) as its header says; factor 1, 2, 4 or 8.
    """
    try:
        return simplejpeg.decode_jpeg(data, "RGB", **_least(size, factor))
    except ValueError as error:
        complaint = error
    # Unlike cv2.imread, cv2.imdecode refuses a truncated JPEG instead of padding it grey.
    flags = _REDUCED.get(factor, cv2.IMREAD_COLOR) | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if pixels is None:
        return None
    _tell(complaint)
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def check_jpeg(data, size=(8, 8)):
    """Tells of damage in a JPEG that another decoder reads without a word; other files pass."""
    if data.startswith(_JPEG):
        try:
            simplejpeg.decode_jpeg(data, "GRAY", **_least(size, 8))
        except ValueError as error:
            _tell(error)


def _least(size, factor):
    width, height = (-(-side // factor) for side in size)
    return {"min_width": width, "min_height": height, "min_factor": factor}


def _tell(complaint):
    if _UNUSUAL not in str(complaint):
        tell_damage(str(complaint).rpartition("(): ")[2])
