"""Prints what a training step costs: against model.fit, by teacher, in memory and on several devices.

python scripts/benchmark_training.py --comparison      # GAN wrapper against model.fit on the bare student
python scripts/benchmark_training.py --memory          # peak memory of joint training
python scripts/benchmark_training.py --allocator       # joint step without and with kept memory
python scripts/benchmark_training.py --teacher         # teachers at two sizes
python scripts/benchmark_training.py --scaling         # two devices, two processes, two runs at once
"""

import dataclasses
import itertools
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
from dbdgan_tf.training import distribution, networks, options
from dbdgan_tf.training.allocator import keep_freed_memory
from dbdgan_tf.verification.benchmarking import time_alternating


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to time, on which networks."""

    comparison: bool = option(False, "Student step against model.fit with binary cross-entropy.")
    memory: bool = option(False, "Peak memory of joint training.")
    teacher: bool = option(False, "A teacher's step, of --teacher_encoder and of VGG16, at 256 and 320 px.")
    allocator: bool = option(False, "Joint step without and with kept memory, each in its own process.")
    allocator_side: str | None = option(None, "One side of --allocator, as JSON.", ("returned", "kept"))
    scaling: bool = option(False, "Images/s of one and two devices and processes, on JAX, a core each.")
    scaling_side: str | None = option(None, "One process of --scaling, as JSON of its distribution.")
    student_encoder: str = option("efficientnet_b3", "Encoder of the student.")
    teacher_encoder: str = option("efficientnet_lite2", "Encoder of the light teacher.")
    size: int = option(320, "Height and width in pixels.", at_least=32)
    batch: int = option(4, "Images per step.", at_least=1)
    repeats: int = option(10, "Timed steps of each side.", at_least=1)


# What Keras' Adam does by default: no clipping, no weight decay, no averaged weights.
PLAIN_ADAM = options.OptimizerOptions(weight_decay=0.0, clip_norm=0.0, ema_momentum=0.0)


def make_gan(values, *, teacher="", judges=0.0, optimizer=None, discriminator=None, augment=False):
    """A compiled GAN of a student, and a teacher if "joint", or of one "alone", and of discriminators."""
    data = options.DataOptions(image_size=(values.size, values.size), augment=augment)
    losses = options.LossOptions(
        iou_weight=float(bool(teacher)), edge_weight=0.5 * bool(teacher),
        consistency_weight=float(bool(teacher)), adversarial_weight=judges, distill_adversarial_weight=judges,
    )  # fmt: skip
    student = taught = None
    if teacher != "alone":
        student = networks.make_student(options.StudentOptions(values.student_encoder), data.image_size)
    if teacher:
        light = options.TeacherOptions(values.teacher_encoder, "light")
        taught = networks.make_teacher(light, data.image_size)
    gan = networks.make_gan(
        student=student, teacher=taught, mode="joint" if teacher else "cached", losses=losses, data=data,
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
    return {
        "images": rng.integers(0, 256, (*shape, 3)).astype("uint8"),
        "segmentation_masks": (rng.random((*shape, 1)) > 0.5).astype("float32"),
        "teacher_maps": rng.random((*shape, 1)).astype("float32"),
    }


def fit_once(model, values, x, y=None):
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
    sides = {
        "DistillationGAN": fit_once(gan, values, batch),
        "the same, plain Adam": fit_once(plain, values, batch),
        "model.fit": fit_once(bare, values, scaled, batch["segmentation_masks"]),
    }
    medians = median_seconds(sides, values.repeats)
    print(f"{values.student_encoder}, mobile decoder, {values.size} px, batch {values.batch}:")
    for name, seconds in medians.items():
        ratio = seconds / medians["model.fit"]
        rate = values.batch / seconds
        print(f"  {name:20s} {seconds:.2f} s a step, {rate:.2f} images/s, ratio {ratio:.2f}")


def peak_gibibytes():
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def peak_memory(values):
    """Prints the peak resident memory of a few joint steps."""
    gan, batch = make_gan(values, teacher="joint", judges=0.01), make_batch(values)
    for _ in range(3):
        fit_once(gan, values, batch)()
    print(f"joint training, {values.student_encoder} + light {values.teacher_encoder}, {values.size} px, "
          f"batch {values.batch}: peak {peak_gibibytes():.1f} GiB")  # fmt: skip


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


class _SameBatch(keras.utils.PyDataset):
    """One batch again and again, as training feeds it."""

    def __init__(self, batch, steps):
        super().__init__(workers=2)
        self.batch, self.steps = batch, steps

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        return self.batch


class _StepTimes(keras.callbacks.Callback):
    """When each step was done, in seconds of wall, system and processor time."""

    def on_train_begin(self, logs=None):
        self.ends = {"wall": [], "system": [], "cpu": []}

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_stime, time.process_time()
        for ends, seconds in zip(self.ends.values(), now):
            ends.append(seconds)


def timed_fit(gan, batch, repeats):
    """Mean seconds of a step within one run of fit, after three to warm up: "wall", "system" and "cpu"."""
    times = _StepTimes()
    gan.fit(_SameBatch(batch, repeats + 3), epochs=1, verbose=0, callbacks=[times])
    return {name: (ends[-1] - ends[2]) / repeats for name, ends in times.ends.items()}


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


def cost_of_teacher(values):
    """Prints the step of light teachers against D1 at 256 and 320 px."""
    keep_freed_memory()
    for encoder, size in itertools.product((values.teacher_encoder, "vgg16"), (256, 320)):
        here = dataclasses.replace(values, size=size, teacher_encoder=encoder)
        judge = options.DiscriminatorOptions("patch")
        gan = make_gan(here, teacher="alone", judges=0.02, discriminator=judge, augment=True)
        step = timed_fit(gan, make_batch(here), values.repeats)["wall"]
        print(f"{encoder} teacher, {size} px, batch {values.batch}: {step:.2f} s a step")
        keras.utils.clear_session(free_memory=True)


def compare_scaling(values):
    """Prints images/s of one and two devices and processes against two runs at once."""
    import scaling  # Beside this script.

    scaling.compare_scaling(values)


@distribution.to_the_end()
def time_one_process(values):
    """Prints the images that this process does per second, and per second of processor time, as JSON."""
    place = options.DistributionOptions(**json.loads(values.scaling_side))
    here = dataclasses.replace(values, batch=values.batch * place.devices)
    data = options.DataOptions(batch_size=here.batch * place.processes)
    distribution.begin(options.DistillRun(data=data, distribution=place))
    keras.utils.set_random_seed(0)
    step = timed_fit(make_gan(here), make_batch(here), here.repeats)
    print(json.dumps([here.batch / step["wall"], here.batch / step["cpu"]]))


def main(config):
    for wanted, run in (
        (config.allocator, compare_allocators),
        (config.allocator_side, time_one_allocator),
        (config.comparison, compare),
        (config.memory, peak_memory),
        (config.teacher, cost_of_teacher),
        (config.scaling, compare_scaling),
        (config.scaling_side, time_one_process),
    ):
        if wanted:
            run(config)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
