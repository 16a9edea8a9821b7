"""Rows of scores: their order, bursts, and lines of a table, of CSV and of JSON."""

import csv
import dataclasses
import io
import json
import os

from dbdgan_tf.cli.commands import FIELDS
from dbdgan_tf.cli.pipeline import printable

NUMBERS = ("sharpness", "edge_px", "sharp_up_to", "in_focus", "width", "height")
_BURST_FIELDS = ("group", "best")
_TABLE = "{:9} {:>9} {:>7} {:>11}  {:8} {:>8}  {}"
_TITLES = ("verdict", "sharpness", "edge px", "sharp up to", "blur", "in focus", "photo")


@dataclasses.dataclass(frozen=True)
class Row:
    """One `FoundPhoto`: its `Score` or error; time in s, burst, [small, crop] for the sheet, `file_facts`."""

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
        if column == "path":
            return str(self.photo.path)
        value = getattr(self if column in ("error", *_BURST_FIELDS) else self.score, column, None)
        return round(value, 4) if isinstance(value, float) else value


def ordered(rows, column):
    """Best first: the largest number, the thinnest edge, words by the alphabet; what has no value last."""

    def key(row):
        value = row.value(column)
        if column not in NUMBERS:
            return value is None, value or ""
        return value is None, (1 if column == "edge_px" else -1) * (value or 0)

    return sorted(rows, key=key)


def mark_bursts(rows, seconds):
    """Numbers bursts, of at most `seconds` between two, and marks the sharpest of each; failed rows last."""
    scored = sorted((row for row in rows if row.score), key=lambda row: (row.taken is None, row.taken or 0))
    bursts = []
    for row in scored:
        before = bursts[-1][-1].taken if bursts else None
        if None not in (before, row.taken) and row.taken - before <= seconds:
            bursts[-1].append(row)
        else:
            bursts.append([row])
    marked = []
    for number, burst in enumerate(bursts, 1):
        best = max(burst, key=lambda row: row.score.sharpness)
        marked += [dataclasses.replace(row, group=number, best=row is best) for row in burst]
    return marked + [row for row in rows if not row.score]


def header(kind, by_group):
    """The first line of a format, or None."""
    if kind == "table":
        return "burst  " * by_group + _TABLE.format(*_TITLES)
    return ",".join(FIELDS + _BURST_FIELDS * by_group) if kind == "csv" else None


def line(kind, row, by_group):
    """One line for one `Row`; None for one that failed in a table, where failures are listed at the end."""
    columns = FIELDS + _BURST_FIELDS * by_group
    if kind == "jsonl":
        # Escaped to ASCII, names survive every pipe.
        return json.dumps({column: row.value(column) for column in columns})
    if kind == "csv":
        text = io.StringIO()
        path, *values = [row.value(column) for column in columns]
        # The terminator is what tells the writer that a name with a newline needs quotes.
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([os.fsencode(path).decode("utf-8", "replace"), *values])
        return text.getvalue()[:-1]
    if row.error:
        return None
    score, edge = row.score, row.score.edge_px
    numbers = f"{score.sharpness:.2f}", "" if edge is None else f"{edge:.1f}", score.sharp_up_to
    share = f"{100 * score.in_focus:.1f} %"
    burst = f"{row.group:5d}{'*' if row.best else ' '} " if by_group else ""
    return burst + _TABLE.format(score.verdict, *numbers, score.blur, share, printable(row.photo.path))
