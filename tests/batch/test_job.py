"""dbdgan batch on a real cluster of two workers: kills, resuming, the command."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("ray.data", reason="needs the extra: pip install '.[ray]'")

import pyarrow.parquet as pq  # noqa: E402

from dbdgan_tf.batch import job  # noqa: E402
from dbdgan_tf.batch.job import run  # noqa: E402
from dbdgan_tf.cli.commands import batch_command  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")


def workers():
    names, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            names[folder.name] = (folder / "cmdline").read_bytes()
            parents[folder.name] = (folder / "stat").read_text().rpartition(")")[2].split()[1]
    actors = (pid for pid, name in names.items() if b"ray::MapWorker" in name)
    return [int(pid) for pid in actors if parents.get(parents[pid]) == str(os.getpid())]


def check(out, photos):
    table = pq.read_table(out)
    assert sorted(table["path"].to_pylist()) == sorted(str(path) for path in photos.iterdir())
    errors = {row["path"][-6:]: row["error"] for row in table.to_pylist() if row["error"]}
    assert errors == {"07.jpg": "is empty (zero bytes)"}


def test_a_killed_worker_loses_and_doubles_nothing(cluster, model, photos, tmp_path):
    killed = []

    def watch(counts, total):
        for count in counts:
            if not killed:
                killed.append(workers()[0])
                os.kill(killed[0], signal.SIGKILL)
            yield count

    words = ((str(photos),), str(tmp_path / "out"), {"model": model})
    assert run(*words, watch, workers=2, part_rows=2) == (24, 1, 0) and killed
    check(tmp_path / "out", photos)
    assert run(*words) == (0, 0, 24)


def test_a_killed_job_goes_on(cluster, model, photos, tmp_path):
    out = tmp_path / "out"
    words = ["batch", str(photos), str(out), "--model", model, "--workers", "1", "--part-rows", "1"]
    command = [sys.executable, "-m", "dbdgan_tf.cli", *words]
    process = subprocess.Popen(command, env={**os.environ, "RAY_ADDRESS": cluster}, stderr=subprocess.PIPE)
    while process.poll() is None and len(list(out.glob("*.parquet"))) < 3:
        time.sleep(0.01)
    process.kill()
    _, said = process.communicate()
    there = len(list(out.glob("*.parquet")))
    assert 3 <= there < 24, said
    result = CliRunner().invoke(batch_command, words[1:], standalone_mode=False)
    assert result.exit_code in (0, 1) and " were there already; " in result.stderr
    check(out, photos)


def test_a_worker_without_the_model_is_one_line(model, photos, tmp_path, monkeypatch):
    own = tmp_path / "own.tflite"
    own.write_bytes(Path(model).read_bytes())

    def without_ray(blocks, arguments, workers, cpus):
        own.unlink()
        worker = job._Worker(*arguments)
        for block in blocks:
            yield {name: value for name, (value,) in worker({"path": block["path"].to_pylist()}).items()}

    monkeypatch.setattr(job, "_through_ray", without_ray)
    monkeypatch.setattr(job, "_cluster", lambda cores: contextlib.nullcontext())
    with pytest.raises(ValueError, match=rf"^There is no model file here. Received: {own}.$"):
        run((str(photos),), str(tmp_path / "out"), {"model": str(own)})
    assert not list((tmp_path / "out").glob("*.parquet"))
