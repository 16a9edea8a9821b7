"""What the detector returns for one image."""

import dataclasses

import cv2
import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class BlurResult:
    """A blur map and the photograph it belongs to.

    Attributes:
        blur_map: float32 (H, W) in 0..1 at the photograph's size; 1 = out of focus.
        image: uint8 (H, W, 3) RGB, the upright photograph.
    """

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

    def overlay(self, opacity=0.5, threshold=0.5):
        """The photograph under a colour map (dark: in focus, bright: blurred), the in-focus area outlined.

        Args:
            opacity: Of the colour map, 0..1.
            threshold: Of the outline, 0..1; None leaves it out.

        Returns:
            uint8 array (H, W, 3), RGB.
        """
        if not 0 <= opacity <= 1:
            raise ValueError(f"An opacity lies in 0..1. Received: {opacity!r}.")
        levels = np.rint(self.blur_map * 255).astype(np.uint8)
        colours = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
        picture = cv2.addWeighted(self.image, 1 - opacity, colours, opacity, 0)
        if threshold is not None:
            in_focus = (~self.mask(threshold)).astype(np.uint8)
            contours, _ = cv2.findContours(in_focus, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
            width = max(1, round(max(picture.shape[:2]) / 400))
            cv2.drawContours(picture, contours, -1, (64, 255, 96), width)
        return picture
