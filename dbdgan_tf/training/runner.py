"""Runs a configuration from start, or from its last checkpoint, to its end."""

import sys
import time
from pathlib import Path

import keras

from dbdgan_tf.training import callbacks as cb
from dbdgan_tf.training import distribution, networks, records
from dbdgan_tf.training.allocator import keep_freed_memory
from dbdgan_tf.training.checkpoint import FILE_NAME, restore_checkpoint
from dbdgan_tf.training.options import check_maps_dir
from dbdgan_tf.training.throughput import ThroughputReport
from dbdgan_tf.training.training_data import make_datasets


@distribution.to_the_end()
def run_teacher(config):
    """Trains a teacher alone by a `TeacherRun`; the `keras.callbacks.History`, None if it was over."""
    return _run(config, "joint")


@distribution.to_the_end()
def run_distillation(config):
    """Trains a student by a `DistillRun`; returns as `run_teacher`, a ValueError if there is no teacher."""
    mode, maps = config.distill.teacher, None
    if mode == "cached":
        maps = check_maps_dir(config.distill.teacher_maps_dir, "another --teacher")
    if mode == "frozen" and not config.teacher.teacher_weights:
        raise ValueError(
            "A frozen teacher that was never trained teaches nothing. "
            "Received: --teacher_weights=''. Allowed: a network saved by trainers.teacher."
        )
    return _run(config, mode, config.student, maps, config.distill.missing_teacher_maps == "mask")


def _run(config, mode, student=None, teacher_maps_dir=None, masks_for_maps=False):
    began = time.monotonic()
    keep_freed_memory()
    distribution.begin(config)
    distribution.by_first(lambda: records.claim_folder(config))
    keras.utils.set_random_seed(config.run.seed)
    keras.mixed_precision.set_global_policy(config.run.precision)
    made, size = {}, config.data.image_size
    if student:
        made["student"] = networks.make_student(student, size)
    if mode in ("joint", "frozen"):
        made["teacher"] = networks.make_teacher(config.teacher, size)
    gan = networks.make_gan(
        student=made.get("student"), teacher=made.get("teacher"), mode=mode, losses=config.losses,
        data=config.data, discriminator=config.discriminator, seed=config.run.seed,
    )  # fmt: skip
    if mode == "frozen":
        del made["teacher"]
    datasets = make_datasets(config.data, config.run, teacher_maps_dir, masks_for_maps)
    return _train(config, gan, made, datasets, began)


def _train(config, gan, generators, datasets, began):
    training, held_out = datasets
    lists = {"to train on": training.samples, "held out": held_out.samples if held_out else ()}
    prints = {f"photographs {name}": records.fingerprint(samples) for name, samples in lists.items()}
    distribution.check_same(prints)
    folder = Path(config.run.output_dir)
    if config.optimizer.freeze_encoder_norms:
        for made in generators.values():
            networks.freeze_encoder_norms(made.network, made.config.encoder)
    one_rate = config.optimizer.encoder_lr_fraction == 1
    encoders = {} if one_rate else {name: made.config.encoder for name, made in generators.items()}
    networks.compile_gan(gan, config.optimizer, config.run.epochs * len(training), encoders)
    progress = _resume(config, gan, folder)
    if progress.get("finished_minutes", 0) >= config.run.fit_minutes > 0:
        distribution.say(f"The run has had its {config.run.fit_minutes:g} minutes.")
        return None
    record = {}
    if distribution.is_first():
        record = records.write_record(folder, config)
        records.write_trained_on(folder, training.samples)
    try:
        return gan.fit(
            training,
            epochs=config.run.epochs,
            initial_epoch=progress["epoch"],
            shuffle=False,
            verbose=distribution.is_first() and (1 if sys.stdout.isatty() else 2),
            callbacks=_callbacks(config, generators, training, held_out, folder, progress, record, began),
        )
    except Exception:
        if training.failure is None:
            raise
        raise ValueError(
            f"{training.failure}. It could be read when the run began. The last checkpoint is intact: mend "
            "the file, and go on with --resume."
        ) from training.failure


def _resume(config, gan, folder):
    if not config.run.resume or not distribution.by_first((folder / FILE_NAME).exists):
        return {"epoch": 0, "best": {}}
    progress = restore_checkpoint(folder, gan)
    if distribution.is_first():
        records.forget_later_epochs(folder / "log.csv", progress["epoch"])
    distribution.say(f"Resuming after epoch {progress['epoch']} of {config.run.epochs}.")
    return progress


def _callbacks(config, generators, training, held_out, folder, progress, record, began):
    run, averaged = config.run, {name: (made.averaged, made.config) for name, made in generators.items()}
    found = [
        cb.EpochSeed(training),
        cb.NonFiniteGuard(every=1 if keras.backend.backend() == "tensorflow" else 50),
    ]
    # What ends a run early comes before the validator, which then saves.
    if run.report_speed and distribution.is_first():
        found.append(ThroughputReport(config.data.batch_size))
    if run.fit_minutes:
        found.append(cb.TimedSchedule(run.fit_minutes, progress))
    if run.max_minutes:
        found.append(cb.TimeLimit(run.max_minutes, began))
    found.append(cb.Validator(averaged, held_out, folder, progress, record, run.validate_every))
    if distribution.is_first():
        found.append(keras.callbacks.CSVLogger(str(folder / "log.csv"), append=progress["epoch"] > 0))
    if run.tensorboard:
        found.append(cb.TensorBoardLog(folder / "tensorboard", averaged, held_out, progress["epoch"]))
    return found
