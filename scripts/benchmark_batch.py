"""Prints what `dbdgan batch` does beside `dbdgan map`: photographs/s, memory of a worker, rows after kills.

    python scripts/benchmark_batch.py --rows=20000 --kills=3

Two workers are killed in turn, and at last the job itself, which is then started again.
"""

import collections
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

LEAST_SHARE, GROWN_MEGABYTES, FIRST = 0.7, 30.0, 1000
COMMAND = [sys.executable, "-m", "dbdgan_tf.cli"]


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to do."""

    rows: int = option(20000, "Rows of the job that is killed and watched.", at_least=100)
    kills: int = option(3, "Of which the last kills the job whole.", at_least=1)
    photos: int = option(400, "Photographs of the comparison with dbdgan map.", at_least=8)
    megapixels: float = option(12.0, "Of the photographs of the comparison.", at_least=0.1)
    workers: int = option(2, "Processes of batch, threads of map.", at_least=1)


def processes(name):
    """Process id -> resident memory in MB of this machine's processes so called."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if name in (folder / "cmdline").read_bytes():
                pages = int((folder / "statm").read_text().split()[1])
                found[int(folder.name)] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        except OSError:
            continue
    return found


def rows_there(out):
    """Paths of all rows of the parts, each as often as it is there."""
    import pyarrow.parquet as pq

    return [path for part in Path(out).glob("*.parquet") for path in pq.read_table(part)["path"].to_pylist()]


def rates(options, folder):
    """Photographs/s of `dbdgan map`, `dbdgan score` and `dbdgan batch --maps`, the last without its start."""
    from dbdgan_tf.batch.job import BatchConfig, run
    from dbdgan_tf.cli.bench_command import write_photos

    write_photos(folder / "in", options.photos, options.megapixels)
    found, words = {}, ["--quiet", "--threads", str(options.workers)]
    for name, command in (
        ("map", ["map", folder / "in", folder / "out"]),
        ("score", ["score", folder / "in"]),
    ):
        begun = time.monotonic()
        subprocess.run([*COMMAND, *command, *words], check=True, stdout=subprocess.DEVNULL)
        found[name] = options.photos / (time.monotonic() - begun)
    for name, chosen in (("batch", {}), ("batch --maps", {"maps": True})):
        times = []

        def watch(parts, total, times=times):
            for part in parts:
                times.append((time.monotonic(), part["done"]))
                yield part

        out = str(folder / name.replace(" ", ""))
        config = BatchConfig(
            (f"{folder}/in",), out, workers=options.workers, part_rows=8, options={"model": "lite", **chosen}
        )
        run(config, watch)
        # From the first parts on, one of each worker: before that, processes start.
        first = options.workers - 1
        found[name] = sum(done for _, done in times[first + 1 :]) / (times[-1][0] - times[first][0])
    return found


class Watch(threading.Thread):
    """Kills workers, then the job, at even shares of the rows; keeps the memory of each worker."""

    def __init__(self, options, out, process):
        super().__init__(daemon=True)
        self._options, self._out, self._process = options, out, process
        self.killed, self.memory = [], collections.defaultdict(list)

    def run(self):
        while self._process.poll() is None:
            done, workers = len(list(Path(self._out).glob("*.parquet"))) * 50, processes(b"ray::MapWorker")
            for worker, megabytes in workers.items():
                self.memory[worker].append((done, megabytes))
            if len(self.killed) < self._options.kills and workers:
                if done >= self._options.rows * (len(self.killed) + 1) / (self._options.kills + 2):
                    last = len(self.killed) == self._options.kills - 1
                    self.killed.append(self._process.pid if last else min(workers))
                    os.kill(self.killed[-1], signal.SIGKILL)
            time.sleep(0.2)

    def grown(self):
        """Most MB by which a worker grew after `FIRST` rows of its own, workers sharing the rows evenly."""
        growths = [0.0]
        for samples in self.memory.values():
            begun = samples[0][0]
            later = [
                megabytes for done, megabytes in samples if done - begun >= FIRST * self._options.workers
            ]
            growths.append(max(later, default=0) - (later or [0])[0])
        return max(growths)


def killed_job(options, folder):
    """(rows, distinct paths, seconds, MB grown, how often started) of a job that is killed."""
    from dbdgan_tf.cli.bench_command import write_photos

    write_photos(folder / "in", options.rows, 0.05)
    out, begun, starts, grown, kills = folder / "out", time.monotonic(), 0, 0.0, 0
    words = ["batch", folder / "in", out, "--part-rows", "50", "--workers", str(options.workers), "--quiet"]
    status = -1
    while status:
        starts += 1
        process = subprocess.Popen([*COMMAND, *words])
        watch = Watch(dataclasses.replace(options, kills=options.kills - kills) if kills < options.kills else
                      dataclasses.replace(options, kills=0), out, process)  # fmt: skip
        watch.start()
        status = process.wait()
        watch.join()
        kills, grown = kills + len(watch.killed), max(grown, watch.grown())
        if status > 0:
            raise RuntimeError(f"dbdgan batch ended with {status}")
    paths = rows_there(out)
    return len(paths), len(set(paths)), time.monotonic() - begun, grown, starts


def main(options):
    with tempfile.TemporaryDirectory() as folder:
        found = rates(options, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        rows, distinct, seconds, grown, starts = killed_job(options, Path(folder))
    share = found["batch --maps"] / found["map"]
    rows_of_table = [
        *(
            [f"{name}, {options.megapixels:g} Mpx photographs/s", f"{rate:.1f}", ""]
            for name, rate in found.items()
        ),
        ["batch --maps beside map", f"{share:.2f}", f">= {LEAST_SHARE}"],
        ["batch beside score", f"{found['batch'] / found['score']:.2f}", ""],
        [
            f"rows; distinct paths of {options.rows} after {options.kills} kills",
            f"{rows}; {distinct}",
            "all, once",
        ],
        ["seconds; starts of that job", f"{seconds:.0f}; {starts}", ""],
        [f"memory of a worker after its first {FIRST} rows, MB", f"{grown:.1f}", f"< {GROWN_MEGABYTES:.0f}"],
    ]
    print(markdown_table(["what", "measured", "promised"], rows_of_table), end="")
    kept = rows == distinct == options.rows and share >= LEAST_SHARE and grown < GROWN_MEGABYTES
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
