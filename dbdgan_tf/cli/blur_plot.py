"""A small line plot drawn with Pillow, since the light install has no plotting library."""

import datetime

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_SIZE, _LEFT, _TOP = (1000, 360), 62, 34
_WIDTH, _HEIGHT = 920, 280
_INK, _GRID, _LINE = (40, 40, 40), (225, 225, 225), (178, 60, 20)
_BAND, _MARK = (244, 205, 190), (20, 120, 60)


def read_columns(path, columns=_WIDTH):
    """Least, mean and greatest blur share of a film's CSV, (n, 3), a row per plot column; its last second."""
    seconds, shares = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(1, 2), ndmin=2).T
    parts = np.array_split(shares, min(columns, len(shares)))
    return np.array([(part.min(), part.mean(), part.max()) for part in parts]), seconds[-1]


def draw_plot(values, seconds, marks):
    """A PIL image of the blur of a film over time; `marks` are the times, s, of saved frames."""
    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    _draw_axes(draw, seconds)

    def at(column, share):
        return _LEFT + (column + 0.5) * _WIDTH / len(values), _TOP + (1 - share) * _HEIGHT

    for column, (least, _, greatest) in enumerate(values):
        draw.line([at(column, least), at(column, greatest)], fill=_BAND, width=max(1, _WIDTH // len(values)))
    line = [at(column, mean) for column, (_, mean, _) in enumerate(values)]
    draw.line([line[0], *line], fill=_LINE, width=2)
    for mark in marks:
        x = _LEFT + _WIDTH * mark / max(seconds, 1e-9)
        draw.line([(x, _TOP + _HEIGHT - 7), (x, _TOP + _HEIGHT)], fill=_MARK, width=2)
    return image


def _draw_axes(draw, seconds):
    font = ImageFont.load_default(size=14)
    title = "Blurred share of each frame (marks: sharpest of each window)"
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _TOP + (1 - share) * _HEIGHT
        draw.line([(_LEFT, y), (_LEFT + _WIDTH, y)], fill=_GRID)
        draw.text((_LEFT - 8, y), f"{share:.0%}", fill=_INK, font=font, anchor="rm")
    for tick in range(6):
        x = _LEFT + _WIDTH * tick / 5
        at = seconds * tick / 5
        text = f"{at:.1f} s" if seconds < 60 else str(datetime.timedelta(seconds=int(at)))
        draw.text((x, _TOP + _HEIGHT + 8), text, fill=_INK, font=font, anchor="mt")
    draw.text((_LEFT, 10), title, fill=_INK, font=font, anchor="lt")
