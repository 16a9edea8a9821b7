"""Prints what a training step costs: against model.fit, network by network, and in memory.

python scripts/benchmark_training.py --comparison      # GAN wrapper against model.fit on the bare student
python scripts/benchmark_training.py --networks        # joint step, network by network
python scripts/benchmark_training.py --memory          # peak memory of joint training
python scripts/benchmark_training.py --allocator       # joint step without and with kept memory
"""

import dataclasses
import json
import resource
import statistics
import subprocess
import sys
import time

import keras
import numpy as np

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.training import networks, options
from dbdgan_tf.training.allocator import keep_freed_memory
from dbdgan_tf.verification.benchmarking import time_alternating


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to time, on which networks."""

    comparison: bool = option(False, "Student step against model.fit with binary cross-entropy.")
    networks: bool = option(False, "Joint step with one network more each time.")
    memory: bool = option(False, "Peak memory of joint training.")
    allocator: bool = option(False, "Joint step without and with kept memory, each in its own process.")
    allocator_side: str | None = option(None, "One side of --allocator, as JSON.", ("returned", "kept"))
    student_encoder: str = option("efficientnet_b3", "Encoder of the student.")
    teacher_encoder: str = option("efficientnet_lite2", "Encoder of the light teacher.")
    size: int = option(320, "Height and width in pixels.", at_least=32)
    batch: int = option(4, "Images per step.", at_least=1)
    repeats: int = option(10, "Timed steps of each side.", at_least=1)


# What Keras' Adam does by default: no clipping, no weight decay, no averaged weights.
PLAIN_ADAM = options.OptimizerOptions(weight_decay=0.0, clip_norm=0.0, ema_momentum=0.0)


def make_gan(values, *, teacher="", judges=0.0, optimizer=None, discriminator=None, augment=False):
    """A compiled GAN with the student and, by choice, a joint teacher and discriminators."""
    data = options.DataOptions(image_size=(values.size, values.size), augment=augment)
    losses = options.LossOptions(
        iou_weight=float(bool(teacher)), edge_weight=0.5 * bool(teacher),
        consistency_weight=float(bool(teacher)), adversarial_weight=judges, distill_adversarial_weight=judges,
    )  # fmt: skip
    student = networks.make_student(options.StudentOptions(values.student_encoder), data.image_size)
    taught = None
    if teacher:
        light = options.TeacherOptions(values.teacher_encoder, "light")
        taught = networks.make_teacher(light, data.image_size)
    gan = networks.make_gan(
        student=student, teacher=taught, mode=teacher or "cached", losses=losses, data=data,
        discriminator=discriminator or options.DiscriminatorOptions(), seed=0,
    )  # fmt: skip
    networks.compile_gan(gan, optimizer or options.OptimizerOptions(), 1000)
    return gan


def make_bare(values):
    """The same student under Keras' own compile and fit."""
    size = (values.size, values.size)
    network = networks.make_student(options.StudentOptions(values.student_encoder), size).network
    network.compile(keras.optimizers.Adam(1e-4), keras.losses.BinaryCrossentropy(), jit_compile=False)
    return network


def make_batch(values):
    """Random photographs and masks."""
    rng = np.random.default_rng(0)
    shape = (values.batch, values.size, values.size)
    images = rng.integers(0, 256, (*shape, 3)).astype("uint8")
    masks, maps = ((rng.random((*shape, 1)) > 0.5).astype("float32"), rng.random((*shape, 1), np.float32))
    return {"images": images, "segmentation_masks": masks, "teacher_maps": maps}


def step(model, values, x, y=None):
    """A function that takes one step through fit."""
    return lambda: model.fit(x, y, batch_size=values.batch, epochs=1, verbose=0)


def median_seconds(sides, repeats):
    """Median seconds of every side, timed in turns after one run to trace."""
    return {name: statistics.median(times) for name, times in time_alternating(sides, repeats, 1).items()}


def compare(values):
    """Prints the step of the GAN wrapper on a lone student against model.fit."""
    batch, gan, bare = make_batch(values), make_gan(values), make_bare(values)
    plain = make_gan(values, optimizer=PLAIN_ADAM)
    scaled = batch["images"].astype("float32") / 255.0
    sides = {"DistillationGAN": step(gan, values, batch), "the same, plain Adam": step(plain, values, batch)}
    sides["model.fit"] = step(bare, values, scaled, batch["segmentation_masks"])
    medians = median_seconds(sides, values.repeats)
    print(f"{values.student_encoder}, mobile decoder, {values.size} px, batch {values.batch}:")
    for name, seconds in medians.items():
        ratio = seconds / medians["model.fit"]
        rate = values.batch / seconds
        print(f"  {name:20s} {seconds:.2f} s a step, {rate:.2f} images/s, ratio {ratio:.2f}")


def cost_of_networks(values):
    """Prints the joint step's time as networks are added."""
    batch = make_batch(values)
    stages = {
        "student": {},
        "student + teacher": {"teacher": "joint"},
        "student + teacher + D1, D2, D3": {"teacher": "joint", "judges": 0.01},
    }
    before = 0.0
    for name, arguments in stages.items():
        gan = make_gan(values, **arguments)
        seconds = median_seconds({name: step(gan, values, batch)}, values.repeats)[name]
        print(f"{name:32s} {seconds:.2f} s a step ({seconds - before:+.2f})")
        before = seconds


def peak_memory(values):
    """Prints the peak resident memory of a few joint steps."""
    gan, batch = make_gan(values, teacher="joint", judges=0.01), make_batch(values)
    for _ in range(3):
        step(gan, values, batch)()
    print(f"joint training, {values.student_encoder} + light {values.teacher_encoder}, {values.size} px, "
          f"batch {values.batch}: peak {peak_gibibytes():.1f} GiB")  # fmt: skip


def peak_gibibytes():
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def compare_allocators(values):
    """Prints the quickstart's joint step with memory given back to the kernel and with memory kept."""
    sides = {side: _run_side(side, values.repeats) for side in ("returned", "kept")}
    print("Joint step of configs/quickstart.flags, memory given back to the kernel and kept in the process:")
    for side, figures in sides.items():
        print(f"  {side:8s} {figures['wall']:.2f} s a step, of system time {figures['system']:.2f} s, "
              f"peak {figures['peak']:.2f} GiB")  # fmt: skip
    ratio = sides["returned"]["wall"] / sides["kept"]["wall"]
    print(f"  ratio {ratio:.2f}, peak memory {sides['kept']['peak'] / sides['returned']['peak']:.2f} times")


def _run_side(side, repeats):
    command = [sys.executable, __file__, f"--allocator_side={side}", f"--repeats={repeats}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def timed_fit(gan, batch, repeats):
    """Mean seconds of a step within one run of fit, after three to warm up: dict of "wall" and "system"."""
    ends = []

    def note(batch, logs):
        ends.append((time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_stime))

    batches = ((batch,) for _ in range(repeats + 3))
    noting = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    gan.fit(batches, steps_per_epoch=repeats + 3, verbose=0, callbacks=[noting])
    wall, system = (np.subtract(ends[-1], ends[2]) / repeats).tolist()
    return {"wall": wall, "system": system}


def time_one_allocator(values):
    """Prints one side's seconds per step, system seconds of a step and peak memory as JSON."""
    if values.allocator_side == "kept" and not keep_freed_memory():
        raise RuntimeError("Memory can be kept on Linux with glibc only.")
    encoder = "efficientnet_lite0"
    values = dataclasses.replace(values, size=160, batch=8, student_encoder=encoder, teacher_encoder=encoder)
    judges = options.DiscriminatorOptions("patch", 8)
    gan = make_gan(values, teacher="joint", judges=0.01, discriminator=judges, augment=True)
    figures = timed_fit(gan, make_batch(values), values.repeats)
    print(json.dumps({**figures, "peak": peak_gibibytes()}))


def main(config):
    for wanted, run in (
        (config.allocator, compare_allocators),
        (config.allocator_side, time_one_allocator),
        (config.comparison, compare),
        (config.networks, cost_of_networks),
        (config.memory, peak_memory),
    ):
        if wanted:
            run(config)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
