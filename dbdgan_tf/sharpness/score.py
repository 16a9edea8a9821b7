"""The score of a photograph: a verdict, a number that ranks, and what they were read from."""

import dataclasses
import functools
from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.inference.detector import BlurDetector
from dbdgan_tf.photo import DEFAULT_MAX_PIXELS, Photo, load_photo, to_rgb
from dbdgan_tf.sharpness.edges import best_place, edge_blur

# Long side, px, at which a photograph must be sharp to be called so.
SHARP_AT = 2048
# Blur, standard deviation in px, that the eye still takes for sharp.
_SHARP_BLUR = 0.85
# Variances, px^2, of what a pixel of a real sensor adds to the blur, and of a perfect edge as it is measured.
_PIXEL, _PERFECT = 1 / 4, 1 / 12
# From 10 to 90 % of its step a Gaussian edge takes so many standard deviations.
_RISE = 2.563
# From this ratio of the widest to the narrowest direction on it is motion.
_MOTION_RATIO = 1.75
# A place counts this much even where the map is sure that it is blurred: maps miss small subjects.
_LEAST_FOCUS = 0.1


@dataclasses.dataclass(frozen=True)
class Score:
    """How sharp a photograph is.

    Attributes:
        verdict: "sharp", "soft", or "uncertain" where nothing in it can tell (sky, fog, mere noise).
        sharpness: 0..1, the number that ranks: 1 = edges as thin as this photograph's pixels allow, 0.5 =
            twice as wide; 0 where uncertain.
        edge_px: Width of the subject's edges from 10 to 90 % of their step, across the direction in which
            they are widest, px of the photograph; None where uncertain.
        sharp_up_to: Long side, px, up to which the photograph, shrunk, is critically sharp; 0 where
            uncertain.
        blur: "none", "defocus" or "motion" (edges are wide in one direction only).
        in_focus: Share of the photograph (of the region, where one is asked for), 0..1, that the blur map
            calls in focus.
    """

    verdict: str
    sharpness: float
    edge_px: float | None
    sharp_up_to: int
    blur: str
    in_focus: float
    width: int
    height: int


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """A `Score` and what it was read from; `grey` has the photograph's own size, the rest may be smaller."""

    score: Score
    photo: Photo
    grey: np.ndarray
    blur_map: np.ndarray


def score(photo, detector=None, *, roi=None, sharp_at=SHARP_AT):
    """Scores one photograph.

    Args:
        photo: What `BlurDetector` takes: a path, bytes, a PIL image or an array.
        detector: `BlurDetector` that says where the photograph is in focus; None for the bundled model.
        roi: Optional (x, y, width, height) of the subject in px, or in shares where none exceeds 1.
        sharp_at: Long side, px, at which the verdict asks for sharpness; smaller photographs at their own.

    Raises:
        ValueError: If the photograph cannot be used or the region lies outside of it.

    Example:
        >>> dbdgan_tf.score("photo.jpg").verdict
        'sharp'
    """
    pixels = to_rgb(photo)
    blur_map = (detector or _bundled()).small_map(pixels)
    return score_pixels(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), blur_map, roi, sharp_at)


def score_pixels(grey, blur_map, roi=None, sharp_at=SHARP_AT):
    """As `score`, of uint8 (H, W) at the photograph's own size and a blur map, float32 (h, w) of any size."""
    height, width = grey.shape
    grey, blur_map, focus, _ = _measured_part(grey, blur_map, roi)
    facts = {"in_focus": float((blur_map < 0.5).mean()), "width": width, "height": height}
    found = edge_blur(grey, focus)
    if found is None:
        return Score("uncertain", 0.0, None, 0, "none", **facts)
    long_side = max(width, height)
    blur = float(np.sqrt(max(found.variance, _SHARP_BLUR**2)))
    edge = np.sqrt(max(found.variance, _PERFECT) + _PIXEL)
    up_to = int(long_side * _SHARP_BLUR / blur)
    sharp = up_to >= min(sharp_at, long_side)
    kind = "none" if sharp else "motion" if found.anisotropy > _MOTION_RATIO else "defocus"
    verdict = "sharp" if sharp else "soft"
    sharpness = np.sqrt(_PERFECT + _PIXEL) / edge
    return Score(verdict, float(sharpness), float(_RISE * edge), up_to, kind, **facts)


def measure(source, detectors, roi=None, sharp_at=SHARP_AT, max_pixels=DEFAULT_MAX_PIXELS):
    """`Measured`, of a photograph's path or bytes, with `Detectors`; arguments and errors as of `score`."""
    photo = load_photo(source, max(detectors.image_size), max_pixels)
    grey = _grey(source, photo, max_pixels)
    blur_map = detectors.find_blur(photo.pixels)
    return Measured(score_pixels(grey, blur_map, roi, sharp_at), photo, grey, blur_map)


def measured_place(grey, blur_map, roi=None):
    """(x, y), px, of the place that counted most; arguments as for `score_pixels`."""
    grey, _, focus, (left, top) = _measured_part(grey, blur_map, roi)
    x, y = best_place(grey, focus)
    return left + x, top + y


def _measured_part(grey, blur_map, roi):
    """Luminance and map of the region, how much each place of it matters, and its corner in px."""
    if roi is None:
        return grey, blur_map, np.maximum(1 - blur_map, _LEAST_FOCUS).astype(np.float32), (0, 0)
    region, (height, width) = relative_roi(roi, grey.shape), grey.shape
    corner = int(region[0] * width), int(region[1] * height)
    return _cut(grey, region), _cut(blur_map, region), None, corner


def columns(score):
    """Name -> value of a `Score` as files and answers hold it: floats to 4 places; of None all None."""
    values = {field.name: getattr(score, field.name, None) for field in dataclasses.fields(Score)}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def parse_roi(text):
    """Four numbers of "x,y,w,h"; None of None."""
    try:
        numbers = None if text is None else tuple(float(number) for number in text.split(","))
    except ValueError:
        numbers = ()
    if numbers is not None and (len(numbers) != 4 or not np.all(np.isfinite(numbers))):
        raise ValueError(f"four numbers x,y,w,h. Received: {text}.")
    return numbers


def relative_roi(roi, size):
    """(x, y, width, height) as shares of a photograph of `size`, (height, width) px; as for `score`."""
    height, width = size
    scale = (1, 1, 1, 1) if max(roi) <= 1 else (width, height, width, height)
    x, y, across, down = (value / side for value, side in zip(roi, scale, strict=True))
    if not (0 <= x < 1 and 0 <= y < 1 and across > 0 and down > 0):
        text = ",".join(f"{value:g}" for value in roi)
        raise ValueError(f"the region {text} lies outside of the photograph, {width} x {height}")
    return x, y, min(across, 1 - x), min(down, 1 - y)


def _grey(source, photo, max_pixels):
    """Luminance at the photograph's own size; that of a JPEG alone takes two thirds of the time of colour."""
    if photo.pixels.shape[:2] != photo.full_size:
        data = np.frombuffer(source if isinstance(source, bytes) else Path(source).read_bytes(), np.uint8)
        grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data[:2].tobytes() == b"\xff\xd8" else None
        if grey is not None and grey.shape == photo.full_size:
            return grey
        photo = load_photo(source, max_pixels=max_pixels)
    return cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)


def _cut(plane, region):
    """A region in shares of a plane; a pixel at least."""
    height, width = plane.shape
    left, top = min(int(region[0] * width), width - 1), min(int(region[1] * height), height - 1)
    right, bottom = round((region[0] + region[2]) * width), round((region[1] + region[3]) * height)
    return plane[top : max(bottom, top + 1), left : max(right, left + 1)]


@functools.cache
def _bundled():
    return BlurDetector()
