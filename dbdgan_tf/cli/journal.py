"""Rows of a run that is not finished, beside its output, so that a stopped one goes on."""

import contextlib
import dataclasses
import json
import os
from pathlib import Path

from dbdgan_tf.cli.score_output import Row
from dbdgan_tf.photo.search import FoundPhoto
from dbdgan_tf.sharpness import Score


@contextlib.contextmanager
def journal(output, settings):
    """Gives the rows of a stopped run of the same `settings`, kept in OUTPUT.part, and a keeper of rows."""
    if output is None or (os.path.exists(output) and not os.path.isfile(output)):
        yield [], lambda row: None
        return
    path, first = Path(f"{output}.part"), {"settings": settings}
    entries = _read(path, first)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:

        def write(entry):
            file.write(json.dumps(entry) + "\n")
            file.flush()

        for entry in (first, *entries):
            write(entry)
        rows = [row for entry in entries if (row := _row(**entry))]
        yield rows, lambda row: write(_entry(row)) if row.score else None
    path.unlink()


def _read(path, first):
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            entries.append(json.loads(line))
        except ValueError:
            # The last line of a run that was killed.
            break
    return entries[1:] if entries[:1] == [first] else []


def file_facts(path):
    """[size, time of change] by which a file is known; None where there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return [facts.st_size, facts.st_mtime_ns]


def _entry(row):
    return dataclasses.asdict(row) | {"photo": [str(row.photo.path), str(row.photo.relative)]}


def _row(photo, score, **known):
    """None where the photograph has changed since; one that is gone was moved by the run that was stopped."""
    unchanged = file_facts(photo[0]) in (None, known["file"])
    return Row(FoundPhoto(*photo), Score(**score), **known) if unchanged else None
