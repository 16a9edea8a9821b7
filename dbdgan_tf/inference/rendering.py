"""From a photograph and its blur map to the picture that was asked for: map, mask, overlay, cutout."""

import dataclasses
import math

import cv2
import numpy as np

from dbdgan_tf.inference.result import BlurResult
from dbdgan_tf.inference.upsampling import guided_upsample
from dbdgan_tf.photo import DEFAULT_MAX_PIXELS, encode, load_photo, resize

# format -> ending of the output's name in a folder.
ENDINGS = {
    "map": ".png", "mask": "_mask.png", "overlay": "_overlay.jpg", "side-by-side": "_side-by-side.jpg",
    "cutout": "_cutout.png",
}  # fmt: skip
# Of pictures for people to look at.
QUALITY = 92
# Of the calibrated probability.
CONSERVATIVE_THRESHOLD = 0.2
# A map's edges are off by about one of its own pixels, 1/320 of a side; twice that is kept clear.
_CONSERVATIVE_MARGIN = 1 / 160
# A cutout fades from opaque to clear over this range, its middle at the threshold; less near 0 and 1.
_FADE = 0.2


@dataclasses.dataclass(frozen=True)
class Rendering:
    """How maps become pictures.

    `threshold` None is one half, or if `conservative` where the probability, calibrated by `temperature` (see
    `ModelMetadata`), is 0.2: then no blurred pixel may pass as sharp, and blurred areas are grown. `white`
    counts for maps and masks; `max_side` in px, None for the photograph's own.
    """

    format: str = "map"
    threshold: float | None = None
    conservative: bool = False
    white: str = "blur"
    max_side: int | None = None
    temperature: float = 1.0

    @property
    def needs_photo(self):
        return self.format in ("overlay", "side-by-side", "cutout")

    @property
    def limit(self):
        if self.threshold is not None:
            return self.threshold
        if not self.conservative:
            return 0.5
        return 1 / (1 + (1 / CONSERVATIVE_THRESHOLD - 1) ** self.temperature)

    def output_size(self, full_size):
        scale = min(1.0, (self.max_side or math.inf) / max(full_size))
        return tuple(max(1, round(side * scale)) for side in full_size)

    def draw(self, blur_map, photo):
        """Draws a blur map of any size: uint8, grey (H, W) for maps and masks, RGBA for cutouts, else RGB."""
        size = self.output_size(photo.full_size)
        if self.conservative:
            blur_map = _grow(blur_map)
        if self.format == "cutout":
            return self._cut_out(blur_map, resize(photo.pixels, size))
        if self.needs_photo:
            return self._with_photo(resize(blur_map, size), resize(photo.pixels, size))
        # As bytes: at twelve megapixels a fifth of the time of float, and what is written are bytes anyway.
        levels = resize(_levels(blur_map), size)
        if self.format == "mask":
            levels = np.where(levels >= math.ceil(self.limit * 255), np.uint8(255), np.uint8(0))
        return levels if self.white == "blur" else 255 - levels

    def _cut_out(self, blur_map, pixels):
        distance = guided_upsample(blur_map, pixels) - self.limit
        fade = max(min(_FADE, 2 * self.limit, 2 * (1 - self.limit)), 1e-6)
        alpha = np.rint(255 * np.clip(0.5 - distance / fade, 0, 1)).astype(np.uint8)
        return np.dstack([pixels, alpha])

    def _with_photo(self, blur_map, pixels):
        if self.format == "overlay":
            return BlurResult(blur_map, pixels).overlay(threshold=self.limit)
        grey = _levels(blur_map) if self.white == "blur" else 255 - _levels(blur_map)
        return np.hstack([pixels, cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)])


def map_photo(source, detectors, rendering, ending=".png", max_pixels=DEFAULT_MAX_PIXELS):
    """Bytes of the picture that is made of a photograph, a path or bytes, in the format of an extension.

    A ValueError if the photograph cannot be used, or the format cannot hold the picture.
    """
    rendering = dataclasses.replace(rendering, temperature=detectors.temperature)
    photo = load_photo(source, _pixels_needed(rendering, detectors), max_pixels)
    return encode(rendering.draw(detectors.find_blur(photo.pixels), photo), ending, QUALITY)


def _pixels_needed(rendering, detectors):
    """What the photo's shorter side must keep; None if every pixel counts."""
    if detectors.scale == "native" or (rendering.needs_photo and not rendering.max_side):
        return None
    return max(*detectors.image_size, rendering.max_side if rendering.needs_photo else 0)


def _levels(blur_map):
    return np.rint(np.clip(blur_map, 0, 1) * 255).astype(np.uint8)


def _grow(blur_map):
    """The largest value nearby: what is certainly in focus shrinks away from what may be blurred."""
    rows, columns = (2 * max(1, round(side * _CONSERVATIVE_MARGIN)) + 1 for side in blur_map.shape)
    return cv2.dilate(blur_map, np.ones((rows, columns), np.uint8))
