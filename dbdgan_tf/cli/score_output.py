"""Scores as a table for people, CSV for spreadsheets, JSON lines for programs."""

import csv
import io
import json

from dbdgan_tf.cli.pipeline import printable

FIELDS = ("path", "in_focus_share", "sharpness", "subject_focus", "uncertain", "verdict")
FORMATS = ("table", "csv", "jsonl")
_TABLE = "{:>8} {:>9} {:>7}  {:9} {}"


def header(kind):
    """The first line, or None."""
    if kind == "table":
        return _TABLE.format("in focus", "sharpness", "subject", "verdict", "photo")
    return ",".join(FIELDS) if kind == "csv" else None


def row(kind, path, score, sharp_from):
    """One line for one photograph.

    Args:
        kind: One of `FORMATS`.
        path: The photograph.
        score: Its `Score`.
        sharp_from: As for `Score.verdict`.
    """
    verdict = score.verdict(sharp_from)
    if kind == "table":
        shares = (
            f"{100 * score.in_focus_share:.1f} %",
            f"{score.sharpness:.2f}",
            f"{score.subject_focus:.2f}",
        )
        return _TABLE.format(*shares, verdict, printable(path))
    numbers = [round(value, 4) for value in (score.in_focus_share, score.sharpness, score.subject_focus)]
    values = [printable(path), *numbers, score.uncertain, verdict]
    if kind == "jsonl":
        # Escaped to ASCII, names survive every pipe.
        return json.dumps(dict(zip(FIELDS, [str(path), *values[1:]], strict=True)))
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([*values[:4], str(score.uncertain).lower(), verdict])
    return line.getvalue()
