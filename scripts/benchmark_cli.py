"""Prints what the command line promises: instant help, photographs per second, flat memory.

python scripts/benchmark_cli.py --model=lite --files=5000
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

COMMAND = [sys.executable, "-m", "dbdgan_tf.cli"]
HELP_SECONDS, PHOTOS_PER_SECOND, GROWN_MEGABYTES, SCORE_BY_MAP = 0.3, 8.0, 30.0, 0.5


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to time."""

    model: str = option("lite", "As dbdgan map --model.")
    photos: int = option(24, "Photographs to time.", at_least=1)
    files: int = option(5000, "Photographs of the folder whose memory is measured.", at_least=1000)


def time_help(rounds=5):
    """Median CPU seconds, user and system, of `dbdgan --help` as a process."""
    times = []
    for _ in range(rounds):
        before = os.times()
        subprocess.run([*COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(sum(os.times()[2:4]) - sum(before[2:4]))
    return sorted(times)[rounds // 2]


def grown_memory(command, model, files):
    """Megabytes by which the peak memory of a folder run grows from 1000 photographs to `files`."""
    return _usage(command, model, files, 0.5)[1] - _usage(command, model, 1000, 0.5)[1]


def compare_rates(model, photos, rounds=3):
    """Rate of `dbdgan score` as a share of that of `dbdgan map`, by CPU time, run by turns."""
    seconds = {command: [] for command in ("map", "score")}
    for _ in range(rounds):
        for command, times in seconds.items():
            # What a start costs is not the photographs'.
            times.append(_usage(command, model, photos, 12)[0] - _usage(command, model, 1, 12)[0])
    return min(seconds["map"]) / min(seconds["score"])


def _usage(command, model, count, megapixels):
    """(CPU seconds, peak resident MB) of a command over a folder of synthetic JPEGs."""
    from dbdgan_tf.cli.bench_command import write_photos

    with tempfile.TemporaryDirectory() as folder:
        write_photos(Path(folder) / "in", count, megapixels)
        out = [f"{folder}/out"] if command == "map" else ["-o", f"{folder}/out.csv", "--format", "csv"]
        arguments = [*COMMAND, command, f"{folder}/in", *out, "--quiet", "--model", model]
        process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(arguments)} failed with {status}")
    megabytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return usage.ru_utime + usage.ru_stime, megabytes


def main(options):
    seconds = time_help()
    words = ["bench", "--model", options.model, "--photos", str(options.photos), "--json"]
    report = json.loads(subprocess.run([*COMMAND, *words], check=True, stdout=subprocess.PIPE).stdout)
    rate = report["photos_per_second_on_idle_cores"]
    share = compare_rates(options.model, options.photos)
    rows = [
        ["dbdgan --help, CPU s", f"{seconds:.2f}", f"< {HELP_SECONDS}"],
        ["12 Mpx photos/s on idle cores", f"{rate:.1f}", f">= {PHOTOS_PER_SECOND:.0f}"],
        ["rate of `dbdgan score` by that of `dbdgan map`", f"{share:.2f}", f">= {SCORE_BY_MAP}"],
    ]
    grown = {name: grown_memory(name, options.model, options.files) for name in ("map", "score")}
    for name, megabytes in grown.items():
        what = f"{name}: memory grown from 1000 to {options.files} files, MB"
        rows.append([what, f"{megabytes:.1f}", f"< {GROWN_MEGABYTES:.0f}"])
    print(markdown_table(["what", "measured", "promised"], rows), end="")
    kept = seconds < HELP_SECONDS and rate >= PHOTOS_PER_SECOND and share >= SCORE_BY_MAP
    kept = kept and max(grown.values()) < GROWN_MEGABYTES
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
