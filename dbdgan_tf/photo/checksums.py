"""Checksums of PNG: decoders skip some of them, and hand out what they had before the damage."""

import zlib

from dbdgan_tf.photo.errors import ImageInputError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def check_png(data, with_pixels=True):
    """Checks every chunk of a PNG, `with_pixels` those that OpenCV checks itself; other files pass.

    Returns whether something but the end follows the pixels, such as a late EXIF chunk.
    """
    if not data.startswith(_SIGNATURE):
        return False
    view, position, kinds = memoryview(data), len(_SIGNATURE), []
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
