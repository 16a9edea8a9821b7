"""Bringing a small map to the photograph's size along the photograph's own edges."""

import cv2
import numpy as np

from dbdgan_tf.photo import resize


def guided_upsample(blur_map, image, radius=4, epsilon=1e-3):
    """Upsamples a map with the fast guided filter: windows fit map = a * grey + b, and a and b upsample well.

    Args:
        blur_map: float32 (h, w) in 0..1.
        image: uint8 (H, W, 3) RGB; one smaller than the map has it plainly resized.
        radius: Half side of the window, in px of the map.
        epsilon: Grey variance (grey in 0..1) below which a window counts as flat.

    Source:
        He and Sun, "Fast Guided Filter", 2015, algorithm 2.
    """
    size = image.shape[:2]
    if size[0] < blur_map.shape[0] or size[1] < blur_map.shape[1]:
        return np.clip(resize(blur_map, size), 0, 1)
    # Resized as bytes: a float copy of a large photograph would be the largest array of the call.
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    guide = cv2.resize(grey, blur_map.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    fits = _window_fits(guide, blur_map.astype(np.float32), radius, epsilon)
    slope, offset = (cv2.resize(fit, size[::-1], interpolation=cv2.INTER_LINEAR) for fit in fits)
    cv2.multiply(slope, grey, dst=slope, scale=1 / 255, dtype=cv2.CV_32F)
    cv2.add(slope, offset, dst=slope)
    return np.clip(slope, 0, 1, out=slope)


def _window_fits(guide, target, radius, epsilon):
    def mean(plane):
        return cv2.blur(plane, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)

    mean_guide, mean_target = mean(guide), mean(target)
    variance = mean(guide * guide) - mean_guide * mean_guide
    covariance = mean(guide * target) - mean_guide * mean_target
    slope = covariance / (np.maximum(variance, 0) + epsilon)
    return mean(slope), mean(mean_target - slope * mean_guide)
