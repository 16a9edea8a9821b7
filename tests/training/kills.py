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
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

TOLERANCE = 1e-6
_SECONDS = 600


def main():
    parser = argparse.ArgumentParser("tests.training.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=3, help="kills")
    parser.add_argument("--backend", choices=("tensorflow", "jax"), default="tensorflow")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.update(KERAS_BACKEND=options.backend, CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
    with tempfile.TemporaryDirectory() as folder:
        # Children are forked when all is imported, and compile nothing that one of them compiled already.
        os.environ.update(JAX_COMPILATION_CACHE_DIR=f"{folder}/compiled")
        os.environ.update(JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0")
        import dbdgan_tf.training.runner  # noqa: F401

        counts, difference = kill(Path(folder), options.count, random.Random(options.seed))
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    print(f"{options.backend}, seed {options.seed}: {kinds}; largest difference {difference:.1e}")
    sys.exit(int(difference > TOLERANCE))


def kill(folder, count, rng):
    """Kinds of the kills and their counts, and the largest difference of any variable."""
    make_data(folder / "data")
    # With JAX the first run compiles; the last tells how long one takes and how many files it writes.
    for name in ("compiling", "alone")[os.environ["KERAS_BACKEND"] != "jax" :]:
        began = time.monotonic()
        finish(start(folder, name))
        seconds = time.monotonic() - began
    expected, writes = variables(folder / "alone"), int((folder / "alone/writes").read_text())
    counts, differences, run = collections.Counter(), [], 0
    while counts.total() < count:
        run += 1
        while not (folder / f"killed{run}/done").exists() and counts.total() < count:
            in_write = counts.total() % 3 == 2
            child = start(folder, f"killed{run}", rng.randint(1, writes) if in_write else 0)
            if finish(child, None if in_write else rng.uniform(0, seconds)) != 0:
                counts["in the middle of a write" if in_write else "at a random moment"] += 1
        if not (folder / f"killed{run}/done").exists():
            finish(start(folder, f"killed{run}"))
        found = variables(folder / f"killed{run}")
        assert found.keys() == expected.keys(), "other variables than in an unbroken run"
        differences += [np.abs(found[name] - expected[name]).max(initial=0) for name in expected]
    counts["runs"] = run
    return counts, max(differences)


def variables(folder):
    """Every variable of a run's checkpoint, by name."""
    with np.load(folder / "checkpoint.npz", allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float64) for name in stored.files if name != "progress"}


def start(folder, name, fatal_write=0):
    """Forks a child that trains in a folder, or goes on there, and dies in its nth write; the process id."""
    child = os.fork()
    if child == 0:
        try:
            with open(folder / f"{name}.log", "a") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            writes = die_in_write(fatal_write)
            train(folder / "data", folder / name)
            (folder / name / "writes").write_text(str(len(writes)))
            (folder / name / "done").touch()
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            sys.stderr.flush()
            os._exit(3)
    return child


def finish(child, seconds=None):
    """Waits for a child, and kills it after so many seconds; its exit code, negative for a signal."""
    ends = time.monotonic() + (_SECONDS if seconds is None else seconds)
    while True:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            code = os.waitstatus_to_exitcode(status)
            assert code in (0, -signal.SIGKILL), "a run failed or could not be resumed; see its log"
            return code
        if time.monotonic() > ends:
            assert seconds is not None, f"a run hangs after {_SECONDS} s"
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)


def die_in_write(number):
    """Makes the nth file that this process puts in its place be half of itself, and its last; the writes."""
    writes, replace = [], os.replace

    def put(source, target):
        writes.append(target)
        if len(writes) == number:
            os.truncate(source, os.path.getsize(source) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    os.replace = put
    return writes


def train(data, folder):
    """A joint run of tiny networks, three discriminators among them: three epochs of two steps."""
    import keras

    from dbdgan_tf.training import networks, options
    from dbdgan_tf.training.runner import run_distillation

    networks.build_student = networks.build_teacher = tiny_network

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.run_functions_eagerly(True)
    run_distillation(
        options.DistillRun(
            data=options.DataOptions(data_dir=(str(data),), image_size=(32, 32), batch_size=2, workers=1),
            losses=options.LossOptions(feature_weight=0.1, feature_taps=("bottleneck",)),
            optimizer=options.OptimizerOptions(warmup_steps=3),
            discriminator=options.DiscriminatorOptions("unet", 2),
            run=options.RunOptions(output_dir=str(folder), epochs=3, resume=True, seed=3, tensorboard=False),
        )
    )


def tiny_network(config, weights=None):
    """Two convolutions and a normalisation in place of a student or teacher."""
    from keras import Input, Model, layers

    x = inputs = Input((*config.image_size, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same", name="stem")(x)
    x = layers.Activation("relu", name="bottleneck")(layers.BatchNormalization(name="stem_bn")(x))
    x = layers.Conv2D(1, 3, padding="same", name="logits")(layers.UpSampling2D(2)(x))
    return Model(inputs, layers.Activation("sigmoid", name="blur_map")(x), name=type(config).__name__)


def make_data(root):
    """Five photographs, right halves blurred."""
    import cv2

    rng = np.random.default_rng(7)
    for name in ("images", "masks"):
        (root / "train" / name).mkdir(parents=True)
    for index in range(5):
        photo, mask = rng.integers(0, 256, (48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8)
        mask[:, 32:] = 255
        photo[:, 32:] = cv2.GaussianBlur(photo, (0, 0), 3)[:, 32:]
        for name, pixels in (("images", photo), ("masks", mask)):
            cv2.imwrite(str(root / f"train/{name}/{index}.png"), pixels)


if __name__ == "__main__":
    main()
