"""Overlapping windows over a large photograph, and their maps blended into one."""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class TileGrid:
    """How a photograph is cut.

    `overlap` is the share of a window, 0..0.9, that its neighbour has as well. A window spans at most `zoom`
    model inputs in each direction: much smaller ones than the photographs of training show blur that the
    model never saw, so zoom is not 1. There are at most `max_windows` along a side.
    """

    overlap: float = 0.3
    zoom: float = 2.0
    max_windows: int = 4

    def __post_init__(self):
        if not 0 <= self.overlap <= 0.9 or self.zoom <= 0 or self.max_windows < 1:
            allowed = "overlap 0..0.9, zoom > 0, max_windows >= 1"
            raise ValueError(f"Bad grid. Received: {self}. Allowed: {allowed}.")

    def spans(self, length, model_length):
        """Cuts a side of `length` px: list of (start, stop), equally long but for rounding."""
        count = min(self.max_windows, max(1, math.ceil(length / (self.zoom * model_length))))
        window = length / (1 + (count - 1) * (1 - self.overlap))
        starts = [index * window * (1 - self.overlap) for index in range(count)]
        return [(int(start), min(length, math.ceil(start + window))) for start in starts]


# Windows at the photograph's own scale; a photograph longer than `LONGEST` times its width is cut likewise.
NATIVE = TileGrid(zoom=0.75, max_windows=64)
LONGEST = 3.0
_PANORAMA = TileGrid(zoom=1.5, max_windows=16)


def panorama_windows(image_size, model_size):
    """(height, width) that a panorama is shrunk to, its short side the model's shorter one, and its windows.

    Squeezed, what is in it would hide.
    """
    shrink = min(1, min(model_size) / min(image_size))
    strip = tuple(max(1, round(side * shrink)) for side in image_size)
    return strip, windows(strip, (min(strip),) * 2, _PANORAMA)


def windows(image_size, model_size, grid):
    """The windows of a photograph, (rows, columns) slices; both sizes are (height, width), px."""
    rows = grid.spans(image_size[0], model_size[0])
    columns = grid.spans(image_size[1], model_size[1])
    return [(slice(*row), slice(*column)) for row in rows for column in columns]


def blend(image_size, pieces):
    """The mean of the windows' maps, pairs (window, map), each fading towards its own border."""
    total = np.zeros(image_size, np.float32)
    weight = np.zeros(image_size, np.float32)
    for place, piece in pieces:
        window = np.outer(_fade(piece.shape[0]), _fade(piece.shape[1]))
        total[place] += piece * window
        weight[place] += window
    return total / weight


def _fade(length):
    """A raised cosine that is nowhere zero."""
    phase = (np.arange(length, dtype=np.float32) + 0.5) / length
    return np.sin(np.pi * phase) ** 2 + np.float32(1e-3)
