"""Prints what a training step costs: against model.fit, of a teacher, on two devices, and in memory.

python scripts/benchmark_training.py --comparison      # GAN wrapper against model.fit on the bare student
python scripts/benchmark_training.py --memory          # peak memory of joint training
python scripts/benchmark_training.py --teacher         # light teachers
python scripts/benchmark_training.py --scaling         # two devices, two processes, two runs at once
"""

import dataclasses
import json
import os
import resource
import socket
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
    teacher: bool = option(False, "A teacher's step, of --teacher_encoder and of VGG16, at 256 px.")
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


def compare(values):
    """Prints the step of the GAN wrapper on a lone student against model.fit of the same student."""
    batch, size = make_batch(values), (values.size, values.size)
    bare = networks.make_student(options.StudentOptions(values.student_encoder), size).network
    bare.compile(keras.optimizers.Adam(1e-4), keras.losses.BinaryCrossentropy(), jit_compile=False)
    scaled = batch["images"].astype("float32") / 255.0
    sides = {
        "DistillationGAN": fit_once(make_gan(values), values, batch),
        "the same, plain Adam": fit_once(make_gan(values, optimizer=PLAIN_ADAM), values, batch),
        "model.fit": fit_once(bare, values, scaled, batch["segmentation_masks"]),
    }
    times = time_alternating(sides, values.repeats, 1)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    print(f"{values.student_encoder}, mobile decoder, {values.size} px, batch {values.batch}:")
    for name, seconds in medians.items():
        ratio, rate = seconds / medians["model.fit"], values.batch / seconds
        print(f"  {name:20s} {seconds:.2f} s a step, {rate:.2f} images/s, ratio {ratio:.2f}")


def peak_memory(values):
    """Prints the peak resident memory of a few joint steps."""
    gan, batch = make_gan(values, teacher="joint", judges=0.01), make_batch(values)
    for _ in range(3):
        fit_once(gan, values, batch)()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"joint training, {values.student_encoder} + light {values.teacher_encoder}, {values.size} px, "
          f"batch {values.batch}: peak {peak:.1f} GiB")  # fmt: skip


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
    """When each step was done: seconds of wall and of processor time."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append((time.perf_counter(), time.process_time()))


def timed_fit(gan, batch, repeats):
    """Mean seconds of a step, (wall, processor), within one run of fit, after three to warm up."""
    times = _StepTimes()
    gan.fit(_SameBatch(batch, repeats + 3), epochs=1, verbose=0, callbacks=[times])
    return np.subtract(times.ends[-1], times.ends[2]) / repeats


def cost_of_teacher(values):
    """Prints the step of light teachers against D1."""
    keep_freed_memory()
    for encoder in (values.teacher_encoder, "vgg16"):
        here = dataclasses.replace(values, size=256, teacher_encoder=encoder)
        judge = options.DiscriminatorOptions("patch")
        gan = make_gan(here, teacher="alone", judges=0.02, discriminator=judge, augment=True)
        step, _ = timed_fit(gan, make_batch(here), values.repeats)
        print(f"{encoder} teacher, {here.size} px, batch {values.batch}: {step:.2f} s a step")
        keras.utils.clear_session(free_memory=True)


def compare_scaling(values):
    """Prints images/s of one and two devices and processes, and of two runs that only share a CPU."""
    with socket.create_server(("", 0)) as server:
        joined = {"coordinator": f"localhost:{server.getsockname()[1]}", "processes": 2}
    sides = {
        "1 process, 1 device": [{}],
        "1 process, 2 devices": [{"devices": 2}],
        "2 processes": [{**joined, "process_index": index} for index in (0, 1)],
        "2 runs at once": [{}, {}],
    }
    rates = {name: _rates(places, values) for name, places in sides.items()}
    print(f"{values.student_encoder} student, {values.size} px, {values.batch} images a device, a core each:")
    bound, bound_per_cpu = rates["2 runs at once"]
    for name, (rate, per_cpu) in rates.items():
        print(
            f"  {name:20s} {rate:6.2f} images/s, {rate / bound:.2f} of two runs at once; per second of "
            f"processor time {per_cpu:6.2f}, {per_cpu / bound_per_cpu:.2f}"
        )


def _rates(places, values):
    """Images/s and images per second of processor time, of processes that run at the same time.

    Each has as many cores as devices. The second tells of work, on a busy machine too, but not of waiting.
    """
    cores = sorted(os.sched_getaffinity(0))
    sizes = [f"--{name}={getattr(values, name)}" for name in ("student_encoder", "size", "batch", "repeats")]
    started = []
    for index, place in enumerate(places):
        devices = place.get("devices", 1)
        own = ",".join(map(str, cores[index:][:devices]))
        side = [sys.executable, __file__, f"--scaling_side={json.dumps(place)}", *sizes]
        jax = {"KERAS_BACKEND": "jax", "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
        command, environment = ["taskset", "-c", own, *side], os.environ | jax
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
    said = [process.communicate()[0] for process in started]
    each = [json.loads(text.splitlines()[-1]) for text in said]
    return sum(rate for rate, _ in each), sum(per_cpu for _, per_cpu in each) / len(each)


@distribution.to_the_end()
def time_one_process(values):
    """Prints the images that this process does per second, and per second of processor time, as JSON."""
    place = options.DistributionOptions(**json.loads(values.scaling_side))
    here = dataclasses.replace(values, batch=values.batch * place.devices)
    data = options.DataOptions(batch_size=here.batch * place.processes)
    distribution.begin(options.DistillRun(data=data, distribution=place))
    keras.utils.set_random_seed(0)
    wall, processor = timed_fit(make_gan(here), make_batch(here), here.repeats)
    print(json.dumps([here.batch / wall, here.batch / processor]))


def main(config):
    for wanted, run in (
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
