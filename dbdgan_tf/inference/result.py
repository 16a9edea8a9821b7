"""What the detector returns for one image."""

import dataclasses

import numpy as np

from dbdgan_tf.inference.overlay import OPACITY, draw_overlay


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

    def overlay(self, opacity=OPACITY, threshold=0.5):
        """The photograph as it is where in focus, under a veil where blurred, between them a line.

        Args:
            opacity: Of the veil where the map is 1, 0..1.
            threshold: Where blur begins, 0..1; None veils all in proportion to the map, without a line.

        Returns:
            uint8 array (H, W, 3), RGB.
        """
        return draw_overlay(self.image, self.blur_map, opacity, threshold)
