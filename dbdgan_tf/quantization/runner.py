"""Runs a fine-tuning from start, or from its last checkpoint."""

import collections
import csv
import time

import numpy as np
from absl import logging

from dbdgan_tf.models.serialization import load_network
from dbdgan_tf.ordered_map import ordered_map
from dbdgan_tf.quantization.equalization import equalize_depthwise
from dbdgan_tf.quantization.fine_tuner import FineTuner
from dbdgan_tf.quantization.legacy_keras import keras
from dbdgan_tf.quantization.options import check_options
from dbdgan_tf.quantization.qat_student import make_quantize_aware, rebuild_in_tf_keras
from dbdgan_tf.quantization.ranges import finish_ranges, seed_ranges
from dbdgan_tf.quantization.saving import save_qat_student
from dbdgan_tf.training import records
from dbdgan_tf.training.allocator import keep_freed_memory
from dbdgan_tf.training.checkpoint import FILE_NAME, restore_checkpoint, save_checkpoint
from dbdgan_tf.training.networks import make_augmentation
from dbdgan_tf.training.training_data import make_datasets
from dbdgan_tf.training.validation import validate

LAST, BEST = "student_qat_last", "student_qat_best"


# What a fine-tuning leaves: PREFIX of the best quantize-aware student, data, `HeldOut` or None.
FineTuned = collections.namedtuple("FineTuned", "prefix training held_out")


def run_qat(config):
    """Fine-tunes a student by a `QatRun`; `dbdgan_tf.verification.choose_int8` takes what it returns."""
    check_options(config)
    keep_freed_memory()
    folder = records.claim_folder(config)
    keras.utils.set_random_seed(config.run.seed)
    training, held_out = make_datasets(config.data, config.run, config.qat.teacher_maps_dir)
    if held_out is None and config.qat.pick == "best":
        raise ValueError("--pick=best needs held-out images. Received: none. Allowed: --validation_list.")
    size = tuple(config.data.image_size)
    student, student_config = load_network(config.qat.student_checkpoint, image_size=size)
    student_config = student_config.replace(image_size=size)
    tuner = _make_tuner(config, student, student_config, training)
    _Fit(config, tuner, student_config, training, held_out, folder).run()
    return FineTuned(folder / BEST, training, held_out)


def _make_tuner(config, student, student_config, training):
    scaling, qat = student_config.input_scaling, config.qat
    float_model = rebuild_in_tf_keras(student, student_config)
    if qat.equalize:
        spread = equalize_depthwise(float_model)
        logging.info("Depthwise ranges of a layer's channels differed by up to %.0f.", max(spread.values()))
    model = make_quantize_aware(float_model)
    count = min(-(-qat.calibration_images // config.data.batch_size), len(training))
    seed_ranges(model, float_model, scaling, (training[index]["images"] for index in range(count)))
    augmentation = make_augmentation(config.data, config.run.seed) if config.data.augment else None
    return FineTuner(model, scaling, config.losses, qat, config.run.epochs * len(training), augmentation)


class _Fit:
    def __init__(self, config, tuner, student_config, training, held_out, folder):
        self.run_options, self.tuner, self.student_config = config.run, tuner, student_config
        self.training, self.held_out, self.folder = training, held_out, folder
        self.progress = {"epoch": -1, "best": None}
        if config.run.resume and (folder / FILE_NAME).exists():
            self.progress = restore_checkpoint(folder, tuner)
            print(f"Resuming after epoch {self.progress['epoch']} of {config.run.epochs}.")
        self.record = records.write_record(folder, config)
        self.start = time.monotonic()

    def run(self):
        if self.progress["epoch"] < 0:  # Epoch 0 is the calibrated network before its first step.
            self._end_epoch(0, {})
        for epoch in range(self.progress["epoch"] + 1, self.run_options.epochs + 1):
            begun = time.monotonic()
            terms = self._train_epoch(epoch)
            if epoch % self.run_options.validate_every == 0 or epoch == self.run_options.epochs:
                self._end_epoch(epoch, terms)
            now, limit = time.monotonic(), self.run_options.max_minutes * 60
            if limit and now - self.start + (now - begun) > limit:
                print(f"Stopping after epoch {epoch}: the next one would pass the time limit.")
                break

    def _train_epoch(self, epoch):
        self.training.set_epoch(epoch - 1)
        # Each batch is read while the one before is trained on.
        ahead = {"workers": 1, "ahead": 1, "caught": ()}
        batches = ordered_map(self.training.__getitem__, range(len(self.training)), **ahead)
        rows = [self.tuner.train(batch) for _, batch in batches]
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def _end_epoch(self, epoch, terms):
        finish_ranges(self.tuner.model)
        figures = validate(self.tuner.predict, self.held_out) if self.held_out else {}
        what = self.tuner.model, self.student_config, {**self.record, "epoch": epoch, "validation": figures}
        save_qat_student(self.folder / LAST, *what)
        score = figures.get("selection", 0.0)
        if self.progress["best"] is None or score >= self.progress["best"]:
            self.progress["best"] = score
            save_qat_student(self.folder / BEST, *what)
        self.progress["epoch"] = epoch
        save_checkpoint(self.folder, self.tuner, self.progress)
        self._log(epoch, {**terms, **{f"val_{name}": value for name, value in figures.items()}})

    def _log(self, epoch, values):
        print(f"epoch {epoch}: " + ", ".join(f"{name} {value:.4f}" for name, value in values.items()))
        with open(self.folder / "log.csv", "a" if epoch else "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([epoch, name, f"{value:.6f}"] for name, value in values.items())
        if self.run_options.tensorboard:
            from tensorboardX import SummaryWriter

            with SummaryWriter(str(self.folder / "tensorboard")) as board:
                for name, value in values.items():
                    board.add_scalar(name.replace("val_", "validation/", 1), value, epoch)
