"""Prints what `dbdgan batch` does beside `dbdgan map` and `dbdgan score`, in photographs/s.

python scripts/benchmark_batch.py --photos=400
"""

import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

LEAST_SHARE = 0.7


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to do."""

    photos: int = option(400, "Photographs.", at_least=48)
    megapixels: float = option(12.0, "Of each.", at_least=0.1)
    workers: int = option(2, "Processes of batch, threads of the others.", at_least=1)


def time_command(options, *words):
    """Photographs/s of a command of one process."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "dbdgan_tf.cli", *words, "--quiet", "--threads", str(options.workers)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return options.photos / (time.monotonic() - begun)


def time_batch(options, photos, out, **chosen):
    """Photographs/s of `dbdgan batch`, without the start of its processes."""
    from dbdgan_tf.batch.job import BatchConfig, run

    times = []

    def watch(parts, total):
        for part in parts:
            times.append((time.monotonic(), part["done"]))
            yield part

    rest = {"workers": options.workers, "part_rows": 8, "options": {"model": "lite", **chosen}}
    run(BatchConfig((str(photos),), str(out), **rest), watch)
    # From the first parts on, one of each worker: before that, processes start.
    first = options.workers - 1
    return sum(done for _, done in times[first + 1 :]) / (times[-1][0] - times[first][0])


def main(options):
    from dbdgan_tf.cli.bench_command import write_photos

    with tempfile.TemporaryDirectory() as folder:
        photos, folder = Path(folder) / "in", Path(folder)
        write_photos(photos, options.photos, options.megapixels)
        found = {
            "map": time_command(options, "map", photos, folder / "maps"),
            "score": time_command(options, "score", photos),
            "batch": time_batch(options, photos, folder / "scores"),
            "batch --no-scores --maps": time_batch(options, photos, folder / "out", scores=False, maps=True),
        }
    share = found["batch --no-scores --maps"] / found["map"]
    size = f"{options.megapixels:g} Mpx photographs/s"
    rows = [[f"{name}, {size}", f"{rate:.1f}", ""] for name, rate in found.items()]
    rows.append(["batch beside score", f"{found['batch'] / found['score']:.2f}", ""])
    rows.append(["batch --no-scores --maps beside map", f"{share:.2f}", f">= {LEAST_SHARE}"])
    print(markdown_table(["what", "measured", "promised"], rows), end="")
    sys.exit(0 if share >= LEAST_SHARE else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
