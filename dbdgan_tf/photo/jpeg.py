"""JPEG through libjpeg-turbo's own interface, which says what OpenCV and Pillow keep to themselves."""

import cv2
import numpy as np
import simplejpeg

from dbdgan_tf.photo.errors import tell_damage

_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
_SIGNATURE = b"\xff\xd8\xff"
# No damage: a kind of JPEG that OpenCV reads and this interface does not.
_UNUSUAL = "subsampling"


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
    if data.startswith(_SIGNATURE):
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
