"""Prints what a training step costs: against model.fit, of a teacher, and in memory.

python scripts/benchmark_training.py --comparison      # GAN wrapper against model.fit on the bare student
python scripts/benchmark_training.py --memory          # peak memory of joint training
python scripts/benchmark_training.py --teacher         # light teachers
"""

import dataclasses
import resource
import statistics
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
    memory: bool = option(False, "Peak memory of joint training.")
    teacher: bool = option(False, "A teacher's step, of --teacher_encoder and of VGG16, at 256 px.")
    student_encoder: str = option("efficientnet_b3", "Encoder of the student.")
    teacher_encoder: str = option("efficientnet_lite2", "Encoder of the light teacher.")
    size: int = option(320, "Height and width in pixels.", at_least=32)
    batch: int = option(4, "Images per step.", at_least=1)
    repeats: int = option(10, "Timed steps of each side.", at_least=1)


def make_gan(values, *, teacher="", judges=0.0, discriminator=None, augment=False):
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
    networks.compile_gan(gan, options.OptimizerOptions(), 1000)
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
    """When each step was done, s."""

    def on_train_begin(self, logs=None):
        self.ends = []

    def on_train_batch_end(self, batch, logs=None):
        self.ends.append(time.perf_counter())


def timed_fit(gan, batch, repeats):
    """Mean seconds of a step within one run of fit, after three to warm up."""
    times = _StepTimes()
    gan.fit(_SameBatch(batch, repeats + 3), epochs=1, verbose=0, callbacks=[times])
    return (times.ends[-1] - times.ends[2]) / repeats


def cost_of_teacher(values):
    """Prints the step of light teachers against D1."""
    keep_freed_memory()
    for encoder in (values.teacher_encoder, "vgg16"):
        here = dataclasses.replace(values, size=256, teacher_encoder=encoder)
        judge = options.DiscriminatorOptions("patch")
        gan = make_gan(here, teacher="alone", judges=0.02, discriminator=judge, augment=True)
        step = timed_fit(gan, make_batch(here), values.repeats)
        print(f"{encoder} teacher, {here.size} px, batch {values.batch}: {step:.2f} s a step")
        keras.utils.clear_session(free_memory=True)


def main(config):
    for wanted, run in (
        (config.comparison, compare),
        (config.memory, peak_memory),
        (config.teacher, cost_of_teacher),
    ):
        if wanted:
            run(config)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
