"""The overlay: what is in focus stays as photographed, a veil over what is blurred, a line between them."""

import cv2
import numpy as np

VEIL = (38, 36, 100)
OUTLINE = (255, 220, 120)
OPACITY = 0.65


def draw_overlay(image, blur_map, opacity=OPACITY, threshold=0.5):
    """Draws a blur map over its photograph; tflite/golden/README.md has the rule, which phones keep too.

    Args:
        image: uint8 (H, W, 3) RGB.
        blur_map: float32 (H, W) in 0..1, 1 = blurred.
        opacity: Of the veil where the map is 1; elsewhere less, in proportion.
        threshold: What lies below it, 0..1, is in focus and stays as it is; None veils the whole picture
            in proportion and leaves the line out.

    Returns:
        uint8 (H, W, 3) RGB.

    Raises:
        ValueError: If the opacity lies outside 0..1.
    """
    if not 0 <= opacity <= 1:
        raise ValueError(f"An opacity lies in 0..1. Received: {opacity!r}.")
    alpha = (blur_map * np.float32(255 * opacity) + np.float32(0.5)).astype(np.uint16)
    if threshold is not None:
        blurred = blur_map >= threshold
        alpha[~blurred] = 0
    picture = np.empty_like(image)
    for channel, level in enumerate(VEIL):
        # 255 * 255 + 127 is the most, which 16 bits hold.
        picture[..., channel] = (image[..., channel] * (255 - alpha) + level * alpha + 127) // 255
    if threshold is not None:
        picture[blurred & (cv2.dilate((~blurred).astype(np.uint8), _disc(image.shape)) > 0)] = OUTLINE
    return picture


def _disc(shape):
    """The neighbourhood that a line reaches, as wide as a four-hundredth of the longest side."""
    width = max(1, (max(shape[:2]) + 200) // 400)
    y, x = np.ogrid[-width : width + 1, -width : width + 1]
    return (x * x + y * y <= width * width).astype(np.uint8)
