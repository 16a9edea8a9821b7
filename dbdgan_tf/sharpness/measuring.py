"""A photograph from a file or bytes, measured: the smallest decoding that the score and its map allow."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.photo import DEFAULT_MAX_PIXELS, Photo, load_photo
from dbdgan_tf.sharpness.score import SHARP_AT, Score, score_pixels


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """A `Score` and what it was read from; `grey` has the photograph's own size, the rest may be smaller."""

    score: Score
    photo: Photo
    grey: np.ndarray
    blur_map: np.ndarray


def measure(source, detectors, roi=None, sharp_at=SHARP_AT, max_pixels=DEFAULT_MAX_PIXELS):
    """`Measured`, of a photograph's path or bytes, with `Detectors`; arguments and errors as of `score`."""
    photo = load_photo(source, max(detectors.image_size), max_pixels)
    grey = _grey(source, photo, max_pixels)
    blur_map = detectors.find_blur(photo.pixels)
    return Measured(score_pixels(grey, blur_map, roi, sharp_at), photo, grey, blur_map)


def _grey(source, photo, max_pixels):
    """Luminance at the photograph's own size; that of a JPEG alone takes two thirds of the time of colour."""
    if photo.pixels.shape[:2] != photo.full_size:
        data = np.frombuffer(source if isinstance(source, bytes) else Path(source).read_bytes(), np.uint8)
        grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data[:2].tobytes() == b"\xff\xd8" else None
        if grey is not None and grey.shape == photo.full_size:
            return grey
        photo = load_photo(source, max_pixels=max_pixels)
    return cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
