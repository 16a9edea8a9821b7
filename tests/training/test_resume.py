"""A run killed with SIGKILL and resumed ends with the same weights as one that was left alone."""

import json
import subprocess
import sys

import numpy as np
import pytest

RUN = """
import os, signal, sys
import tensorflow as tf
tf.config.run_functions_eagerly(True)
import keras
from dbdgan_tf.training import callbacks, options
from dbdgan_tf.training.options import DistillRun
from dbdgan_tf.training.runner import run_distillation

class Killer(callbacks.NonFiniteGuard):
    epoch = 0
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == (1, 1):
            os.kill(os.getpid(), signal.SIGKILL)

action, data_dir, output_dir = sys.argv[1:]
if action == "kill":
    callbacks.NonFiniteGuard = Killer
run_distillation(DistillRun(
    data=options.DataOptions(data_dir=(data_dir,), image_size=(64, 64) if action == "enlarge" else (32, 32),
                             batch_size=2, workers=1, validation_fraction=0.2),
    losses=options.LossOptions(feature_weight=0.1, feature_taps=("bottleneck",)),
    optimizer=options.OptimizerOptions(warmup_steps=3),
    student=options.StudentOptions(student_encoder="efficientnet_lite_nano"),
    teacher=options.TeacherOptions(teacher_encoder="efficientnet_lite_nano", teacher_size="light"),
    discriminator=options.DiscriminatorOptions("unet", 4),
    run=options.RunOptions(output_dir=output_dir, epochs=3, resume=action in ("resume", "enlarge"), seed=3,
                           max_minutes=1e-6 if action in ("begin", "enlarge") else 0, tensorboard=False),
))
"""


def run(action, data_dir, output_dir):
    return subprocess.run(
        [sys.executable, "-c", RUN, action, str(data_dir), str(output_dir)], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def folders(tiny_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    alone = run("leave", tiny_dataset, folder / "alone")
    assert alone.returncode == 0, alone.stderr[-4000:]
    killed = run("kill", tiny_dataset, folder / "killed")
    assert killed.returncode == -9, killed.stderr[-4000:]
    resumed = run("resume", tiny_dataset, folder / "killed")
    assert resumed.returncode == 0, resumed.stderr[-4000:]
    assert "Resuming after epoch 1 of 3" in resumed.stdout
    return folder


def test_every_variable_of_the_run_is_the_same(folders):
    with (
        np.load(folders / "alone/checkpoint.npz") as alone,
        np.load(folders / "killed/checkpoint.npz") as killed,
    ):
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


def test_resuming_with_other_flags_is_refused_by_name(folders, tiny_dataset):
    from dbdgan_tf.training import options, records
    from dbdgan_tf.training.options import DistillRun

    other = DistillRun(run=options.RunOptions(epochs=9))
    with pytest.raises(records.ConfigMismatchError, match="--epochs: was 3, is 9"):
        records.check_same_config(folders / "killed", other)


def test_a_run_goes_on_at_another_image_size(tiny_dataset, tmp_path):
    for action, size, epochs in (("begin", 32, 1), ("enlarge", 64, 2)):
        done = run(action, tiny_dataset, tmp_path / "run")
        assert done.returncode == 0, done.stderr[-4000:]
        saved = json.loads((tmp_path / "run/student_last.json").read_text())
        assert saved["config"]["image_size"] == [size, size]
        assert saved["metadata"]["epoch"] == epochs
    assert "Resuming after epoch 1 of 3" in done.stdout


def test_a_finished_run_is_not_written_over(folders, tiny_dataset):
    refused = run("leave", tiny_dataset, folders / "alone")
    assert refused.returncode == 1
    assert "--resume to go on, --overwrite to start anew" in refused.stderr
