"""Prints how fast photographs reach the network: decoded and resized, and from memory.

    python scripts/benchmark_data.py --data_dir=DATA [--split=train]

Without --data_dir the photographs that scikit-image ships are used. Targets on two cores at 320x320: 150
images/s decoded, 1000 images/s cached.
"""

import dataclasses
import os
import time

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to read, and how."""

    data_dir: str | None = option(None, "Data set in any known layout; default scikit-image's photographs.")
    split: str = option("train", "Split of the data set.", ("train", "test"))
    batch_size: int = option(8, "Samples per batch.", at_least=1)
    image_size: int = option(320, "Height and width in px.", at_least=32)
    threads: int = option(2, "Decoding threads.", at_least=1)
    max_samples: int = option(400, "Samples to read.", at_least=1)


def epoch_rate(dataset):
    """Images per second of one epoch."""
    start = time.perf_counter()
    count = sum(len(batch["images"]) for batch in dataset)
    return count / (time.perf_counter() - start)


def main(config):
    """Prints one decoding and the best of three cached epochs."""
    from dbdgan_tf.data import BlurDataset, Sample, find_samples
    from dbdgan_tf.data.synthesis import bundled_photographs

    if config.data_dir:
        samples = find_samples(config.data_dir, config.split)[: config.max_samples]
    else:
        samples = [Sample(path.stem, path) for path in bundled_photographs()] * 5
    size = (config.image_size, config.image_size)
    dataset = BlurDataset(samples, size, config.batch_size, cache=True, threads=config.threads)
    rates = {"decoded": epoch_rate(dataset), "cached": max(epoch_rate(dataset) for _ in range(3))}
    for name, rate in rates.items():
        print(f"{name}: {rate:.0f} images/s ({len(samples)} samples at {config.image_size} px)")


if __name__ == "__main__":
    start(BenchmarkConfig, main)
