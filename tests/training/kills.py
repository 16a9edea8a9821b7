"""Kills training runs and resumes them: `python -m tests.training.kills --count=20 --backend=jax --seed=0`.

Two of three kills come at a random moment, the third in the middle of writing a random file. Prints how often
each kind came and the largest difference of any variable of the resumed runs from an unbroken one's; the exit
code is 1 if that exceeds 1e-6 or a run cannot be resumed.
"""

import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3, help="kills")
    parser.add_argument("--backend", choices=("tensorflow", "jax"), default="tensorflow")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.update(KERAS_BACKEND=options.backend, CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
    with tempfile.TemporaryDirectory() as folder:
        # Nothing is compiled twice.
        os.environ.update(JAX_COMPILATION_CACHE_DIR=f"{folder}/compiled")
        os.environ.update(JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0")
        counts, difference = kill(Path(folder), options, random.Random(options.seed))
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    print(f"{options.backend}, seed {options.seed}: {kinds}; largest difference {difference:.1e}")
    sys.exit(int(difference > 1e-6))


def kill(folder, options, rng):
    """Kinds of the kills and their counts, and the largest difference of any variable."""
    make_data(folder / "data")
    # With JAX the first run compiles; the last tells how long one takes and how many files it writes.
    for name in ("compiling", "alone")[options.backend != "jax" :]:
        began = time.monotonic()
        run(folder / name)
        seconds = time.monotonic() - began
    expected, writes = variables(folder / "alone"), int((folder / "alone/writes").read_text())
    counts, differences, number = collections.Counter(), [], 0
    while counts.total() < options.count:
        number += 1
        killed = folder / f"killed{number}"
        while not (killed / "writes").exists() and counts.total() < options.count:
            in_write = counts.total() % 3 == 2
            fatal = rng.randint(1, writes) if in_write else 0
            began = time.monotonic()
            if run(killed, fatal, None if in_write else rng.uniform(seconds / 4, seconds)):
                counts["in the middle of a write" if in_write else "at a random moment"] += 1
            else:
                seconds = time.monotonic() - began  # The machine may have less to do than before.
        if not (killed / "writes").exists():
            run(killed)
        found = variables(killed)
        assert found.keys() == expected.keys(), "other variables than in an unbroken run"
        differences += [np.abs(found[name] - expected[name]).max(initial=0) for name in expected]
    counts["runs"] = number
    return counts, max(differences)


def run(folder, fatal_write=0, seconds=None):
    """Trains in a process of its own, which is killed after so many seconds; whether it was killed."""
    code = f"from tests.training import kills; kills.train_counting({str(folder)!r}, {fatal_write})"
    with open(f"{folder}.log", "a") as log:
        child = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=log)
    try:
        code = child.wait(seconds or 1800)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
        assert seconds is not None, "a run hangs"
    assert code in (0, -signal.SIGKILL), Path(f"{folder}.log").read_text()[-3000:]
    return code != 0


def variables(folder):
    with np.load(folder / "checkpoint.npz", allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float64) for name in stored.files if name != "progress"}


def train_counting(folder, fatal_write):
    """One run, which dies in its nth write of a file; tells at its end how many there were."""
    folder, writes, replace = Path(folder), [], os.replace

    def put(source, target):
        writes.append(target)
        if len(writes) == fatal_write:
            os.truncate(source, os.path.getsize(source) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    os.replace = put
    train(folder.parent / "data", folder)
    (folder / "writes").write_text(str(len(writes)))


def train(data, folder, size=32, held_out=0.0, distribution=None, **changes):
    """A joint run of tiny networks, three discriminators among them: three epochs of two steps."""
    import keras

    from dbdgan_tf.training import networks, options, runner
    from tests.training import tiny_gan

    def build(config, weights=None):
        return tiny_gan.network(type(config).__name__, 4, config.image_size)

    networks.build_student = networks.build_teacher = build
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
    made = {"epochs": 3, "resume": True, "seed": 3, "tensorboard": False, **changes}
    config = options.DistillRun(
        data=options.DataOptions(
            data_dir=(str(data),), image_size=(size, size), batch_size=2, workers=1,
            validation_fraction=held_out,
        ),
        losses=options.LossOptions(feature_weight=0.1, feature_taps=("bottleneck",)),
        optimizer=options.OptimizerOptions(warmup_steps=3),
        discriminator=options.DiscriminatorOptions("unet", 2),
        run=options.RunOptions(output_dir=str(folder), **made),
        distribution=distribution or options.DistributionOptions(),
    )  # fmt: skip
    runner.run_distillation(config)


def make_data(root):
    from dbdgan_tf.photo import write_image

    rng, mask = np.random.default_rng(7), np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    for index in range(5):
        photo = rng.integers(0, 256, (48, 64, 3), np.uint8)
        photo[:, 32:] = photo.mean()
        write_image(root / f"train/images/{index}.png", photo)
        write_image(root / f"train/masks/{index}.png", mask)


if __name__ == "__main__":
    main()
