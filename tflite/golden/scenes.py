"""Pictures by a formula of integers, so that every language draws the same ones and none need be stored."""

import numpy as np

# Samples of a pixel along each side.
_FINE = 2


def draw(width, height, blurs, noise=0):
    """Squares in six directions under a box blur.

    Args:
        width: px.
        height: px.
        blurs: (across, down) of the box in px, one for each of as many equal columns; (0, 0) for plain grey.
        noise: Grey levels, at most.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    columns = [width * index // len(blurs) for index in range(len(blurs) + 1)]
    parts = [_blurred(left, right, height, blur) for left, right, blur in zip(columns, columns[1:], blurs)]
    x, y = np.arange(width), np.arange(height)[:, None]
    level = np.concatenate(parts, 1) + _hash(x, y, 3) % (2 * noise + 1) - noise
    level = np.clip(level, 0, 255)
    return np.stack([level, level * 3 >> 2, 255 - level], 2).astype(np.uint8)


def _blurred(left, right, height, box):
    if not all(box):
        return np.full((height, right - left), 128)
    across, down = (_FINE * side for side in box)
    u = np.arange(_FINE * left, _FINE * right + across)
    v = np.arange(_FINE * height + down)[:, None]
    squares = (
        _hash(u >> 5, v >> 5, 0)
        + _hash((7 * u + 3 * v) >> 8, (7 * v - 3 * u) >> 8, 1)
        + _hash((u + v) >> 6, (v - u) >> 6, 2)
    )
    total = np.pad(squares, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    total = total[down:] - total[:-down]
    total = total[:, across:] - total[:, :-across]
    return total[: _FINE * height : _FINE, : _FINE * (right - left) : _FINE] // (3 * across * down)


def _hash(x, y, salt):
    """A random level, 0..255, of each place, in arithmetic of 32 bits."""
    mixed = x * 374761393 + y * 668265263 + salt * 974634721 & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 13) * 1274126177 & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) & 255
