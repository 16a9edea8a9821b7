"""Prints what the command line promises: help in 0.3 s, >= 8 photographs of 12 megapixels/s, flat memory.

    python scripts/benchmark_cli.py --model=lite --files=5000

Rates count CPU time, so that other work on the machine does not spoil them; the reached rate and the load
stand beside them.
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

COMMAND = [sys.executable, "-m", "dbdgan_tf.cli"]
HELP_SECONDS, PHOTOS_PER_SECOND, GROWN_MEGABYTES = 0.3, 8.0, 30.0


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to time."""

    model: str = option("lite", "As dbdgan map --model.")
    photos: int = option(24, "Photographs to time.", at_least=1)
    files: int = option(5000, "Photographs of the folder whose memory is measured.", at_least=200)


def time_help(rounds=5):
    """Median CPU seconds, user and system, of `dbdgan --help` as a process."""
    times = []
    for _ in range(rounds):
        before = os.times()
        subprocess.run([*COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(sum(os.times()[2:4]) - sum(before[2:4]))
    return sorted(times)[rounds // 2]


def bench(model, photos):
    """The report of `dbdgan bench`."""
    arguments = ["bench", "--model", model, "--photos", str(photos), "--json"]
    return json.loads(subprocess.run([*COMMAND, *arguments], check=True, stdout=subprocess.PIPE).stdout)


def grown_memory(model, files, first=200):
    """Megabytes by which the peak memory of a folder run grows from `first` photographs to `files`."""
    from dbdgan_tf.cli.bench_command import write_photos

    peaks = []
    for count in (first, files):
        with tempfile.TemporaryDirectory() as folder:
            write_photos(Path(folder) / "in", count, 0.5)
            peaks.append(_peak(["map", f"{folder}/in", f"{folder}/out", "--quiet", "--model", model]))
    return peaks[1] - peaks[0]


def _peak(arguments):
    """Peak resident memory, MB, of one run of the command."""
    process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"dbdgan {' '.join(arguments)} failed with {status}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def main(options):
    begun, seconds = time.time(), time_help()
    report = bench(options.model, options.photos)
    rate = report["photos_per_second_on_idle_cores"]
    grown = grown_memory(options.model, options.files)
    parts = ("decode", "prepare", "model", "draw", "encode")
    on_idle_cores = f"12 Mpx photos/s, {report['threads']} threads on idle cores"
    rows = [
        ["dbdgan --help, CPU s", f"{seconds:.2f}", f"< {HELP_SECONDS}"],
        [on_idle_cores, f"{rate:.1f}", f">= {PHOTOS_PER_SECOND:.0f}"],
        [f"photos/s reached, load {report['load_average']:.1f}", f"{report['photos_per_second']:.1f}", ""],
        *([f"{part}, CPU ms per photo", f"{report[f'{part}_cpu_ms']:.1f}", ""] for part in parts),
        [f"memory grown from 200 to {options.files} files, MB", f"{grown:.1f}", f"< {GROWN_MEGABYTES:.0f}"],
    ]
    print(markdown_table(["what", "measured", "promised"], rows), end="")
    print(f"\n{time.time() - begun:.0f} s")
    kept = seconds < HELP_SECONDS and rate >= PHOTOS_PER_SECOND and grown < GROWN_MEGABYTES
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
