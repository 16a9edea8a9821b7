"""Prints how fast photographs reach the network: decoded and resized, and from memory.

    python scripts/benchmark_data.py --data_dir=DATA [--split=train]

Without --data_dir the photographs that scikit-image ships are used. Targets on two cores at 320x320: 150
images/s decoded, 1000 images/s cached.
"""

import os
import time

from absl import app, flags

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

FLAGS = flags.FLAGS
flags.DEFINE_string("data_dir", None, "Data set in any known layout; default scikit-image's photographs.")
flags.DEFINE_enum("split", "train", ["train", "test"], "Split of the data set.")
flags.DEFINE_integer("batch_size", 8, "Samples per batch.")
flags.DEFINE_integer("image_size", 320, "Height and width in px.")
flags.DEFINE_integer("threads", 2, "Decoding threads.")
flags.DEFINE_integer("max_samples", 400, "Samples to read.")


def epoch_rate(dataset):
    """Images per second of one epoch."""
    start = time.perf_counter()
    count = sum(len(batch["images"]) for batch in dataset)
    return count / (time.perf_counter() - start)


def run(samples, image_size, batch_size, threads):
    """Measures one decoding and the best of three cached epochs.

    Returns:
        Dict of images per second: decoded, cached.
    """
    from dbdgan_tf.data import BlurDataset

    dataset = BlurDataset(samples, (image_size, image_size), batch_size, cache=True, threads=threads)
    return {"decoded": epoch_rate(dataset), "cached": max(epoch_rate(dataset) for _ in range(3))}


def main(argv):
    del argv
    from dbdgan_tf.data import Sample, find_samples
    from dbdgan_tf.data.synthesis import bundled_photographs

    if FLAGS.data_dir:
        samples = find_samples(FLAGS.data_dir, FLAGS.split)[: FLAGS.max_samples]
    else:
        samples = [Sample(path.stem, path) for path in bundled_photographs()] * 5
    for name, rate in run(samples, FLAGS.image_size, FLAGS.batch_size, FLAGS.threads).items():
        print(f"{name}: {rate:.0f} images/s ({len(samples)} samples at {FLAGS.image_size} px)")


if __name__ == "__main__":
    app.run(main)
