"""From a blur map to the picture that was asked for: map, mask, overlay or both side by side."""

import dataclasses
import math

import cv2
import numpy as np

from dbdgan_tf.inference.result import BlurResult
from dbdgan_tf.photo import resize

# format -> ending of the output's name in a folder.
ENDINGS = {"map": ".png", "mask": "_mask.png", "overlay": "_overlay.jpg", "side-by-side": "_side-by-side.jpg"}
# Of pictures for people to look at.
QUALITY = 92
CONSERVATIVE_THRESHOLD = 0.2
# A map's edges are off by about one of its own pixels, 1/320 of a side; twice that is kept clear.
_CONSERVATIVE_MARGIN = 1 / 160


@dataclasses.dataclass(frozen=True)
class Rendering:
    """How maps become pictures.

    `threshold` None is one half, or a strict 0.2 if `conservative`: then no blurred pixel may pass as sharp,
    and blurred areas are grown. `white` counts for maps and masks; `max_side` in px, None for the
    photograph's own.
    """

    format: str = "map"
    threshold: float | None = None
    conservative: bool = False
    white: str = "blur"
    max_side: int | None = None

    @property
    def needs_photo(self):
        """Whether the photograph itself is part of the picture."""
        return self.format in ("overlay", "side-by-side")

    @property
    def limit(self):
        """The threshold that counts."""
        if self.threshold is not None:
            return self.threshold
        return CONSERVATIVE_THRESHOLD if self.conservative else 0.5

    def output_size(self, full_size):
        """(height, width) of the picture of a photograph of that size."""
        scale = min(1.0, (self.max_side or math.inf) / max(full_size))
        return tuple(max(1, round(side * scale)) for side in full_size)

    def draw(self, blur_map, photo):
        """Draws a blur map of any size: uint8, grey (H, W) for maps and masks, else RGB (H, W, 3)."""
        size = self.output_size(photo.full_size)
        if self.conservative:
            blur_map = _grow(blur_map)
        if self.needs_photo:
            return self._with_photo(resize(blur_map, size), resize(photo.pixels, size))
        # As bytes: at twelve megapixels a fifth of the time of float, and what is written are bytes anyway.
        levels = resize(np.rint(np.clip(blur_map, 0, 1) * 255).astype(np.uint8), size)
        if self.format == "mask":
            levels = np.where(levels >= math.ceil(self.limit * 255), np.uint8(255), np.uint8(0))
        return levels if self.white == "blur" else 255 - levels

    def _with_photo(self, blur_map, pixels):
        if self.format == "overlay":
            return BlurResult(blur_map, pixels).overlay(threshold=self.limit)
        levels = np.rint(np.clip(blur_map, 0, 1) * 255).astype(np.uint8)
        grey = levels if self.white == "blur" else 255 - levels
        return np.hstack([pixels, cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)])


def _grow(blur_map):
    """The largest value nearby: what is certainly in focus shrinks away from what may be blurred."""
    rows, columns = (2 * max(1, round(side * _CONSERVATIVE_MARGIN)) + 1 for side in blur_map.shape)
    return cv2.dilate(blur_map, np.ones((rows, columns), np.uint8))
