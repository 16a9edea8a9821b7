"""The output of a batch: a folder of Parquet parts, each there whole or not at all."""

import hashlib
import json
import shutil
import uuid
from pathlib import Path

import fsspec
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

from dbdgan_tf.atomic_file import write_bytes
from dbdgan_tf.batch.blur_rows import COLUMNS

_TYPES = {
    **dict.fromkeys(("sharpness", "edge_px", "in_focus"), pyarrow.float64()),
    **dict.fromkeys(("sharp_up_to", "width", "height"), pyarrow.int32()),
    "map_png": pyarrow.binary(),
}
SCHEMA = pyarrow.schema([(name, _TYPES.get(name, pyarrow.string())) for name in COLUMNS])
# Readers of a folder of Parquet leave out what begins so.
_JOB = "_dbdgan_batch.json"


class Parts:
    """The parts of one job in a folder or at a URI; the run that claimed it last may write. Pickles."""

    def __init__(self, folder):
        self._files, self._path = fsspec.core.url_to_fs(folder)
        self._local, self._run = isinstance(self._files, fsspec.get_filesystem_class("file")), None

    def claim(self, facts):
        """Takes the folder for a run; a ValueError if it holds something else, or rows of other `facts`."""
        names = [name for name in self._names() if not name.startswith(".dbdgan-")]
        job = self._job() if names else None
        if names and job is None:
            raise ValueError(f"{self._path} is not empty, and no folder of dbdgan batch; name another OUT")
        # As JSON knows them: its lists are no tuples.
        for name, value in json.loads(json.dumps(facts)).items():
            if job and job[name] != value:
                here = f"{name} is {job[name]} there, {value} now"
                raise ValueError(f"{self._path} holds parts of another job: {here}; name another OUT")
        for left in Path(self._path).glob(".dbdgan-*") if self._local else ():
            # Of a writer that was killed.
            shutil.rmtree(left, ignore_errors=True)
        self._run = uuid.uuid4().hex
        self._write(_JOB, json.dumps({**facts, "run": self._run}).encode())

    def finished(self):
        """Set of the paths that the parts hold."""
        names = [f"{self._path}/{name}" for name in self._names() if name.endswith(".parquet")]
        if not names:
            return set()
        parts = pyarrow.dataset.dataset(names, schema=SCHEMA, filesystem=self._files, format="parquet")
        try:
            return set(parts.to_table(columns=["path"])["path"].to_pylist())
        except pyarrow.ArrowInvalid as error:
            raise ValueError(f"a part cannot be read; remove it and run again ({error})") from error

    def add(self, paths, make):
        """Writes the part of some photographs, unless it is there: (photographs, how many of them failed)."""
        checksum = hashlib.sha256(chr(0).join(paths).encode("utf-8", "surrogateescape")).hexdigest()
        name = f"part-{checksum[:32]}.parquet"
        place = f"{self._path}/{name}"
        if self._files.exists(place):
            table = pyarrow.parquet.read_table(place, columns=["error"], filesystem=self._files)
        else:
            rows = make()
            table = pyarrow.table({name: rows[name].tolist() for name in COLUMNS}, schema=SCHEMA)
            stream = pyarrow.BufferOutputStream()
            pyarrow.parquet.write_table(table, stream)
            if (self._job() or {}).get("run") != self._run:
                raise ValueError(f"{self._path} was taken over by another run")
            self._write(name, stream.getvalue().to_pybytes())
        return len(paths), len(paths) - table["error"].null_count

    def _job(self):
        try:
            return json.loads(self._files.cat_file(f"{self._path}/{_JOB}"))
        except FileNotFoundError:
            return None

    def _names(self):
        self._files.invalidate_cache()
        if not self._files.exists(self._path):
            return []
        if not self._files.isdir(self._path):
            raise ValueError(f"OUT is a folder. Received: {self._path}, which is a file.")
        return [name.rstrip("/").rpartition("/")[2] for name in self._files.ls(self._path, detail=False)]

    def _write(self, name, content):
        if self._local:
            write_bytes(f"{self._path}/{name}", content)
        else:
            # Object stores show an object once it is whole.
            self._files.pipe_file(f"{self._path}/{name}", content)
