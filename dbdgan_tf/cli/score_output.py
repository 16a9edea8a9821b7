"""Scores as a table for people, CSV for spreadsheets, JSON lines for programs, and their order."""

import csv
import dataclasses
import io
import json
import os

from dbdgan_tf.cli.pipeline import printable

NUMBERS = ("sharpness", "edge_px", "sharp_up_to", "in_focus", "width", "height")
FIELDS = tuple("path verdict sharpness edge_px sharp_up_to blur in_focus width height error".split())
BURST_FIELDS = ("group", "best")
_TABLE = "{:9} {:>9} {:>7} {:>11}  {:8} {:>8}  {}"


@dataclasses.dataclass(frozen=True)
class Row:
    """One `FoundPhoto`: its `Score`, or the error that kept it from one.

    `taken` in s, burst and whether it is the best of it with --group-seconds; [small, crop] with --html;
    `file` is how the file was known when it was read.
    """

    photo: object
    score: object = None
    error: str = ""
    taken: float | None = None
    group: int | None = None
    best: bool | None = None
    pictures: list | None = None
    file: list | None = None

    def value(self, column):
        """What stands in a column; None where there is nothing."""
        if column in ("path", "error"):
            return str(self.photo.path) if column == "path" else self.error
        if column in BURST_FIELDS:
            return getattr(self, column)
        value = getattr(self.score, column, None)
        return round(value, 4) if isinstance(value, float) else value


def ordered(rows, column):
    """Best first: the largest number, the thinnest edge, words by the alphabet; what has no value last."""

    def key(row):
        value = row.value(column)
        if column not in NUMBERS:
            return value is None, value or ""
        sign = 1 if column == "edge_px" else -1
        return value is None, sign * (value or 0)

    return sorted(rows, key=key)


def header(kind, by_group=False):
    """The first line of a format, or None."""
    if kind == "table":
        burst = "burst  " * by_group
        return burst + _TABLE.format(
            "verdict", "sharpness", "edge px", "sharp up to", "blur", "in focus", "photo"
        )
    return ",".join(FIELDS + BURST_FIELDS * by_group) if kind == "csv" else None


def line(kind, row, by_group=False):
    """One line for one `Row`; None for one that failed in a table, where failures are listed at the end."""
    columns = FIELDS + BURST_FIELDS * by_group
    if kind == "jsonl":
        # Escaped to ASCII, names survive every pipe.
        return json.dumps({column: row.value(column) for column in columns})
    if kind == "csv":
        text = io.StringIO()
        path, *values = [row.value(column) for column in columns]
        # The terminator is what tells the writer that a name with a newline needs quotes.
        csv.writer(text, lineterminator="\n").writerow(
            [os.fsencode(path).decode("utf-8", "replace"), *values]
        )
        return text.getvalue()[:-1]
    if row.error:
        return None
    score, edge = row.score, row.score.edge_px
    numbers = f"{score.sharpness:.2f}", "" if edge is None else f"{edge:.1f}", score.sharp_up_to
    share = f"{100 * score.in_focus:.1f} %"
    burst = f"{row.group:5d}{'*' if row.best else ' '} " * by_group if by_group else ""
    return burst + _TABLE.format(score.verdict, *numbers, score.blur, share, printable(row.photo.path))
