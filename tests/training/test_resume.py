"""A run killed with SIGKILL and resumed ends with the same weights as one that was left alone."""

import contextlib
import dataclasses
import io
import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from dbdgan_tf.training import callbacks, options, records
from dbdgan_tf.training.options import DistillRun
from dbdgan_tf.training.runner import run_distillation

NANO = "efficientnet_lite_nano"


class Killer(callbacks.NonFiniteGuard):
    """Ends the process in the middle of the second epoch."""

    epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 1):
            os.kill(os.getpid(), signal.SIGKILL)


def run(data_dir, output_dir, size=32, **changes):
    """A run of 3 epochs of 2 steps; eager, since tracing would cost more than the steps; what it printed."""
    import tensorflow as tf

    data = options.DataOptions(
        data_dir=(str(data_dir),), image_size=(size, size), batch_size=2, workers=1, validation_fraction=0.2
    )
    made = options.RunOptions(
        output_dir=str(output_dir), epochs=3, steps_per_epoch=2, seed=3, tensorboard=False, **changes
    )
    tf.config.run_functions_eagerly(True)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            run_distillation(DistillRun(
                data=data, run=made,
                losses=options.LossOptions(feature_weight=0.1, feature_taps=("bottleneck",)),
                optimizer=options.OptimizerOptions(warmup_steps=3),
                student=options.StudentOptions(student_encoder=NANO),
                teacher=options.TeacherOptions(teacher_encoder=NANO, teacher_size="light"),
                discriminator=options.DiscriminatorOptions("unet", 4),
            ))  # fmt: skip
    finally:
        tf.config.run_functions_eagerly(False)
    return printed.getvalue()


@pytest.fixture(scope="module")
def folders(tiny_dataset, repository, tmp_path_factory):
    """The folders "alone", "killed" (and resumed) and "larger" (resumed at 64 px for one epoch)."""
    folder = tmp_path_factory.mktemp("runs")
    command = [sys.executable, __file__, str(tiny_dataset), str(folder / "killed")]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(repository)}).returncode == -9
    shutil.copytree(folder / "killed", folder / "larger")
    run(tiny_dataset, folder / "alone")
    printed = run(tiny_dataset, folder / "killed", resume=True)
    printed += run(tiny_dataset, folder / "larger", size=64, resume=True, max_minutes=1e-6)
    assert printed.count("Resuming after epoch 1 of 3") == 2
    return folder


def test_every_variable_of_the_run_is_the_same(folders):
    alone, killed = (np.load(folders / name / "checkpoint.npz") for name in ("alone", "killed"))
    assert alone.files == killed.files
    assert json.loads(alone["progress"].tobytes()) == json.loads(killed["progress"].tobytes())
    for name in alone.files:
        np.testing.assert_allclose(alone[name], killed[name], atol=1e-6, err_msg=name)


def test_networks_records_and_logs_lie_beside_the_checkpoint(folders):
    for name in ("student_best", "student_last", "teacher_best", "teacher_last"):
        saved = json.loads((folders / f"killed/{name}.json").read_text())
        assert saved["metadata"]["git_revision"]
        assert saved["metadata"]["config"]["run"]["seed"] == 3
    assert (folders / "killed/log.csv").read_text().count("\n") == 4
    assert not list((folders / "killed").glob(".checkpoint*"))


def test_a_run_goes_on_at_another_image_size(folders):
    saved = json.loads((folders / "larger/student_last.json").read_text())
    assert saved["config"]["image_size"] == [64, 64]
    assert saved["metadata"]["epoch"] == 2


def test_other_flags_and_writing_over_a_finished_run_are_refused(folders, tiny_dataset):
    other = DistillRun(run=options.RunOptions(epochs=9))
    with pytest.raises(records.ConfigMismatchError, match="--epochs: was 3, is 9"):
        records.check_same_config(folders / "killed", other)
    with pytest.raises(FileExistsError, match="--resume to go on, --overwrite to start anew"):
        run(tiny_dataset, folders / "alone")


def write_record(folder, config, without=()):
    saved = dataclasses.asdict(config)
    for group, name in without:
        del saved[group][name]
    (folder / records.FILE_NAME).write_text(json.dumps({"config": saved}))


def test_options_that_an_older_version_did_not_know_had_their_defaults(tmp_path):
    config = DistillRun(run=options.RunOptions(seed=4))
    write_record(tmp_path, config, without=[("data", "sharp_list"), ("distill", "missing_teacher_maps")])
    records.check_same_config(tmp_path, config)
    other = DistillRun(data=options.DataOptions(sharp_list="a.txt"), run=config.run)
    with pytest.raises(records.ConfigMismatchError, match="--sharp_list: was '', is 'a.txt'"):
        records.check_same_config(tmp_path, other)


def test_what_is_free_may_change(tmp_path):
    write_record(tmp_path, DistillRun())
    free = DistillRun(run=options.RunOptions(fit_minutes=3.0), data=options.DataOptions(image_size=(64, 64)))
    records.check_same_config(tmp_path, free)


def test_epochs_after_the_checkpoint_leave_the_log(tmp_path):
    path = tmp_path / "log.csv"
    records.forget_later_epochs(path, 2)
    path.write_text("epoch,loss\n0,0.5\n1,0.4\n2,0.3\n")
    records.forget_later_epochs(path, 2)
    assert path.read_text().split() == ["epoch,loss", "0,0.5", "1,0.4"]


if __name__ == "__main__":
    callbacks.NonFiniteGuard = Killer
    run(*sys.argv[1:])
