"""Outlines of the objects that stand in a scene."""

import cv2
import numpy as np

_SMALLEST_SHARE, _LARGEST_SHARE = 0.04, 0.5


def random_shape(rng, size):
    """An object's alpha, float32: a smooth blob, an ellipse or a tilted box, often cut off by the border."""
    height, width = size
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    kind = rng.choice(["blob", "ellipse", "box"], p=[0.6, 0.2, 0.2])
    if kind == "box":
        radius = 1 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)))
    else:
        radius = np.ones_like(angles)
    if kind == "blob":
        for order in range(2, 7):
            radius += rng.normal(0, 0.5 / order) * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.3) * np.sqrt(rng.uniform(0.06, 0.35) * height * width / np.pi)
    aspect, turn = np.exp(rng.uniform(-0.5, 0.5)), rng.uniform(0, np.pi)
    x, y = radius * np.cos(angles) * aspect, radius * np.sin(angles) / aspect
    centre_x, centre_y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.25, 0.95) * height
    across = centre_x + np.cos(turn) * x - np.sin(turn) * y
    down = centre_y + np.sin(turn) * x + np.cos(turn) * y
    points = np.stack([across, down], axis=-1)
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [np.rint(points * 256).astype(np.int32)], 255, cv2.LINE_AA, shift=8)
    return canvas.astype(np.float32) / 255


def region_shape(rng, regions):
    """One numbered region, or two that touch, as an object's alpha; None if none has a fitting size."""
    numbers, counts = np.unique(regions, return_counts=True)
    shares = counts / regions.size
    fitting = numbers[(shares > _SMALLEST_SHARE) & (shares < _LARGEST_SHARE)]
    if not len(fitting):
        return None
    shape = regions == rng.choice(fitting)
    if rng.random() < 0.3:
        ring = cv2.dilate(shape.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~shape
        together = shape | (regions == rng.choice(regions[ring])) if ring.any() else shape
        shape = together if together.mean() < _LARGEST_SHARE else shape
    return cv2.blur(shape.astype(np.float32), (3, 3))
