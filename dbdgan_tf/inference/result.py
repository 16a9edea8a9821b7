"""What the detector returns for one image: map, mask, share in focus, and the overlay for people."""

import dataclasses

import cv2
import numpy as np

VEIL = (38, 36, 100)
OUTLINE = (255, 220, 120)


@dataclasses.dataclass(frozen=True, eq=False)
class BlurResult:
    """A blur map, float32 (H, W), 1 = out of focus, and its upright photograph, uint8 (H, W, 3) RGB."""

    blur_map: np.ndarray
    image: np.ndarray

    def mask(self, threshold=0.5):
        """The blurred area: bool (H, W), True where blur_map >= threshold (0..1)."""
        if not 0 <= threshold <= 1:
            raise ValueError(f"A threshold lies in 0..1. Received: {threshold!r}.")
        return self.blur_map >= threshold

    @property
    def in_focus_share(self):
        """Share of the pixels, 0..1, whose probability of being out of focus is below one half."""
        return float(1.0 - self.mask().mean())

    def overlay(self, opacity=0.65, threshold=0.5):
        """The photograph as it is where in focus, under a veil where blurred, between them a line.

        tflite/golden/README.md has the rule, which phones keep too. uint8 (H, W, 3) RGB.

        Args:
            opacity: Of the veil where the map is 1, 0..1, else a ValueError; elsewhere less, in proportion.
            threshold: Where blur begins, 0..1; None veils all in proportion to the map, without a line.
        """
        if not 0 <= opacity <= 1:
            raise ValueError(f"An opacity lies in 0..1. Received: {opacity!r}.")
        alpha = (self.blur_map * np.float32(255 * opacity) + np.float32(0.5)).astype(np.uint16)
        if threshold is not None:
            blurred = self.blur_map >= threshold
            alpha[~blurred] = 0
        picture = np.empty_like(self.image)
        for channel, level in enumerate(VEIL):
            # 255 * 255 + 127 is the most, which 16 bits hold.
            picture[..., channel] = (self.image[..., channel] * (255 - alpha) + level * alpha + 127) // 255
        if threshold is not None:
            near_focus = cv2.dilate((~blurred).astype(np.uint8), _disc(self.image.shape)) > 0
            picture[blurred & near_focus] = OUTLINE
        return picture


def _disc(shape):
    """The neighbourhood that a line reaches, as wide as a four-hundredth of the longest side."""
    width = max(1, (max(shape[:2]) + 200) // 400)
    y, x = np.ogrid[-width : width + 1, -width : width + 1]
    return (x * x + y * y <= width * width).astype(np.uint8)
