"""One photograph at five kernels, with the columns of its scores."""

import cv2
import numpy as np

from dbdgan_tf.evaluation.degradations import blurred, disc, motion_kernel
from dbdgan_tf.sharpness import score

_CROP, _ZOOM, _LINE = 160, 2, 24
_COLUMNS = ("verdict", "blur", "sharpness", "edge_px", "sharp_up_to")


def score_picture(image, detector):
    """Draws the middle of a photograph as it is, behind discs of radius 1, 2 and 4 px, and moved by 9 px."""
    versions = {"sharp": image} | {f"disc, radius {radius} px": disc(image, radius) for radius in (1, 2, 4)}
    versions["motion, 9 px"] = blurred(image, motion_kernel(9, 0))
    return np.hstack([_panel(name, version, score(version, detector)) for name, version in versions.items()])


def _panel(name, image, found):
    top, left = (side // 2 - _CROP // 2 for side in image.shape[:2])
    crop = image[top : top + _CROP, left : left + _CROP]
    crop = cv2.resize(crop, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    lines = [name]
    for column in _COLUMNS:
        value = getattr(found, column)
        lines.append(f"{column}: {value:.2f}" if isinstance(value, float) else f"{column}: {value}")
    text = np.full((_LINE * len(lines) + 12, crop.shape[1], 3), 255, np.uint8)
    for number, line in enumerate(lines):
        place = (6, _LINE * number + 20)
        cv2.putText(text, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (30, 30, 30), 1, cv2.LINE_AA)
    return np.vstack([crop, text])
