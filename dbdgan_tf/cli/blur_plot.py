"""A small line plot drawn with Pillow, since the light install has no plotting library."""

import csv

import numpy as np

_SIZE, _LEFT, _RIGHT, _TOP, _BOTTOM = (1000, 360), 62, 18, 34, 46
_INK, _GRID, _LINE = (40, 40, 40), (225, 225, 225), (178, 60, 20)
_BAND, _MARK = (244, 205, 190), (20, 120, 60)


def read_columns(path, frames, columns=_SIZE[0] - _LEFT - _RIGHT):
    """Condenses a film's CSV to one plot column each, however long the film is.

    Returns (n, 3) of least, mean and greatest blur share, and the last frame's time in s.
    """
    count = max(1, min(columns, frames))
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    total, number = np.zeros(count), np.zeros(count)
    seconds = 0.0
    with open(path, newline="", encoding="utf-8") as file:
        for index, row in enumerate(csv.DictReader(file)):
            place, share = min(index * count // max(1, frames), count - 1), float(row["blur_share"])
            low[place], high[place] = min(low[place], share), max(high[place], share)
            total[place], number[place] = total[place] + share, number[place] + 1
            seconds = float(row["seconds"])
    filled = number > 0
    return np.stack([low, total / np.maximum(number, 1), high], 1)[filled], seconds


def draw_plot(values, seconds, marks=(), title="Blurred share of each frame"):
    """A PIL image of the blur of a film over time; `marks` are the times, s, of saved frames."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    width, height = _SIZE[0] - _LEFT - _RIGHT, _SIZE[1] - _TOP - _BOTTOM
    _draw_axes(draw, seconds, width, height, title)

    def at(column, share):
        return _LEFT + (column + 0.5) * width / len(values), _TOP + (1 - share) * height

    for column, (least, _, greatest) in enumerate(values):
        draw.line([at(column, least), at(column, greatest)], fill=_BAND, width=max(1, width // len(values)))
    line = [at(column, mean) for column, (_, mean, _) in enumerate(values)]
    draw.line([line[0], *line], fill=_LINE, width=2)
    for mark in marks:
        x = _LEFT + width * mark / max(seconds, 1e-9)
        draw.line([(x, _TOP + height - 7), (x, _TOP + height)], fill=_MARK, width=2)
    return image


def _draw_axes(draw, seconds, width, height, title):
    from PIL import ImageFont

    font = ImageFont.load_default(size=14)
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _TOP + (1 - share) * height
        draw.line([(_LEFT, y), (_LEFT + width, y)], fill=_GRID)
        draw.text((_LEFT - 8, y), f"{share:.0%}", fill=_INK, font=font, anchor="rm")
    for tick in range(6):
        x = _LEFT + width * tick / 5
        draw.text((x, _TOP + height + 8), _clock(seconds * tick / 5), fill=_INK, font=font, anchor="mt")
    draw.text((_LEFT, 10), f"{title} (marks: sharpest of each window)", fill=_INK, font=font, anchor="lt")


def _clock(seconds):
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02d}:{int(seconds % 60):02d}"
