"""Prints what `dbdgan batch` does beside `dbdgan map`: photographs/s, memory of a worker, rows after kills.

Two workers are killed in turn, and at last the job itself, which is then started again.
"""

import collections
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

LEAST_SHARE, GROWN_MEGABYTES, FIRST, PART_ROWS = 0.7, 30.0, 1000, 50
COMMAND = [sys.executable, "-m", "dbdgan_tf.cli"]


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to do."""

    rows: int = option(20000, "Rows of the job that is killed and watched.", at_least=100)
    kills: int = option(3, "Of which the last kills the job whole.", at_least=1)
    photos: int = option(400, "Photographs of the comparison with dbdgan map.", at_least=8)
    megapixels: float = option(12.0, "Of the photographs of the comparison.", at_least=0.1)
    workers: int = option(2, "Processes of batch, threads of map.", at_least=1)


def workers_of(job):
    """Process id -> resident memory in MB of the actors whose cluster a job has started."""
    parents, found = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[folder.name] = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if b"ray::MapWorker" in (folder / "cmdline").read_bytes():
                pages = int((folder / "statm").read_text().split()[1])
                found[folder.name] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return {int(pid): mb for pid, mb in found.items() if parents.get(parents[pid]) == str(job.pid)}


def rows_there(out):
    """Paths of all rows of the parts, each as often as it is there."""
    import pyarrow.parquet as pq

    return [path for part in Path(out).glob("*.parquet") for path in pq.read_table(part)["path"].to_pylist()]


def rates(options, folder):
    """Photographs/s of `dbdgan map`, `score` and `batch`, the last without the start of its processes."""
    from dbdgan_tf.batch.job import run
    from dbdgan_tf.cli.bench_command import write_photos

    write_photos(folder / "in", options.photos, options.megapixels)
    found, words = {}, ["--quiet", "--threads", str(options.workers)]
    for name, outputs in (("map", [folder / "out"]), ("score", [])):
        begun = time.monotonic()
        command = [*COMMAND, name, folder / "in", *outputs, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found[name] = options.photos / (time.monotonic() - begun)
    for name, chosen in (("batch", {}), ("batch --no-scores --maps", {"scores": False, "maps": True})):
        times = []

        def watch(parts, total, times=times):
            for part in parts:
                times.append((time.monotonic(), part["done"]))
                yield part

        out = str(folder / name.replace(" ", ""))
        size = {"workers": options.workers, "part_rows": 8}
        run((f"{folder}/in",), out, {"model": "lite", **chosen}, watch, **size)
        # From the first parts on, one of each worker: before that, processes start.
        first = options.workers - 1
        found[name] = sum(done for _, done in times[first + 1 :]) / (times[-1][0] - times[first][0])
    return found


class Watch:
    """Follows a job: kills workers, at last the job itself, and notes the memory of workers."""

    def __init__(self, options, out):
        self._options, self._out = options, out
        self._kills, self._memory = 0, collections.defaultdict(list)

    def follow(self, process):
        """The exit status of the process."""
        while process.poll() is None:
            done, workers = PART_ROWS * len(list(self._out.glob("*.parquet"))), workers_of(process)
            for worker, megabytes in workers.items():
                self._memory[worker].append((done, megabytes))
            kills = self._options.kills
            due = self._options.rows * (self._kills + 1) / (kills + 2)
            if workers and self._kills < kills and done >= due:
                self._kills += 1
                os.kill(process.pid if self._kills == kills else min(workers), signal.SIGKILL)
            time.sleep(0.2)
        return process.returncode

    def grown(self):
        """Most MB by which a worker grew after `FIRST` rows of its own, workers sharing the rows evenly."""
        growths = [0.0]
        for samples in self._memory.values():
            first = samples[0][0] + FIRST * self._options.workers
            later = [megabytes for done, megabytes in samples if done >= first]
            growths.append(max(later, default=0) - (later or [0])[0])
        return max(growths)


def killed_job(options, folder):
    """(rows, distinct paths, s, MB that a worker grew, starts) of a job that is killed and started again."""
    from dbdgan_tf.cli.bench_command import write_photos

    write_photos(folder / "in", options.rows, 0.05)
    out, begun, statuses = folder / "out", time.monotonic(), []
    watch, words = Watch(options, out), ["--part-rows", str(PART_ROWS), "--workers", str(options.workers)]
    while not statuses or statuses[-1] < 0:
        command = [*COMMAND, "batch", folder / "in", out, "--quiet", *words]
        statuses.append(watch.follow(subprocess.Popen(command)))
    if statuses[-1]:
        raise RuntimeError(f"dbdgan batch ended with {statuses[-1]}")
    paths = rows_there(out)
    return len(paths), len(set(paths)), time.monotonic() - begun, watch.grown(), len(statuses)


def main(options):
    with tempfile.TemporaryDirectory() as folder:
        found = rates(options, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        rows, distinct, seconds, grown, starts = killed_job(options, Path(folder))
    share = found["batch --no-scores --maps"] / found["map"]
    what = f"{options.megapixels:g} Mpx photographs/s"
    kills = f"rows; distinct paths of {options.rows} after {options.kills} kills"
    rows_of_table = [
        *([f"{name}, {what}", f"{rate:.1f}", ""] for name, rate in found.items()),
        ["batch --no-scores --maps beside map", f"{share:.2f}", f">= {LEAST_SHARE}"],
        ["batch beside score", f"{found['batch'] / found['score']:.2f}", ""],
        [kills, f"{rows}; {distinct}", "all, once"],
        ["seconds; starts of that job", f"{seconds:.0f}; {starts}", ""],
        [f"memory of a worker after its first {FIRST} rows, MB", f"{grown:.1f}", f"< {GROWN_MEGABYTES:.0f}"],
    ]
    print(markdown_table(["what", "measured", "promised"], rows_of_table), end="")
    kept = rows == distinct == options.rows and share >= LEAST_SHARE and grown < GROWN_MEGABYTES
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
