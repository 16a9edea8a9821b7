"""Rows of a run that is not finished, beside its output, so that a stopped one goes on."""

import dataclasses
import json
import os
from pathlib import Path

from dbdgan_tf.cli.score_output import Row
from dbdgan_tf.photo.search import FoundPhoto
from dbdgan_tf.sharpness import Score


class Journal:
    """OUTPUT.part, JSON lines; gone once the run is finished. No file (None, a device, a pipe): no journal.

    `settings` is the text of all that decides what the rows hold; a journal of others is begun anew.
    """

    def __init__(self, output, settings):
        unfit = output is None or (os.path.exists(output) and not os.path.isfile(output))
        self._path, self._file = None if unfit else Path(f"{output}.part"), None
        self._settings, self.rows = {"settings": settings}, []

    def __enter__(self):
        if self._path is not None:
            entries = self._read()
            self.rows = [row for entry in entries if (row := _row(**entry))]
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self._path, "w", encoding="utf-8")
            for entry in (self._settings, *entries):
                self._write(entry)
        return self

    def add(self, row):
        """Keeps the row of a photograph that is done with."""
        if self._file is not None and row.score:
            place = {"path": str(row.photo.path), "relative": str(row.photo.relative)}
            kept = {"taken": row.taken, "pictures": row.pictures, "file": row.file}
            self._write({**place, **kept, "score": dataclasses.asdict(row.score)})

    def __exit__(self, kind, *_):
        if self._file is not None:
            self._file.close()
            if kind is None:
                self._path.unlink()

    def _read(self):
        entries = []
        if self._path.is_file():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                try:
                    entries.append(json.loads(line))
                except ValueError:
                    # The last line of a run that was killed.
                    break
        return entries[1:] if entries and entries[0] == self._settings else []

    def _write(self, entry):
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()


def file_facts(path):
    """[size, time of change] by which a file is known; None where there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return [facts.st_size, facts.st_mtime_ns]


def _row(path, relative, score, **known):
    """None where the photograph has changed since; one that is gone was moved by the run that was stopped."""
    unchanged = file_facts(path) in (None, known["file"])
    return Row(FoundPhoto(path, relative), Score(**score), **known) if unchanged else None
