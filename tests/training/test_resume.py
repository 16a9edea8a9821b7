"""A run stops, is killed, finds the disk full or its photographs gone: what it left is good to go on from."""

import contextlib
import dataclasses
import functools
import io
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from dbdgan_tf.training import networks, records
from dbdgan_tf.training.options import DistillRun
from tests.training import kills


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders "alone", "stopped" (and resumed) and "larger" (resumed at 64 px for one epoch)."""
    folder = tmp_path_factory.mktemp("runs")
    kills.make_data(folder / "data")
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as printed:
        for name in ("build_student", "build_teacher"):
            patch.setattr(networks, name, getattr(networks, name))  # What `train` changes is put back.
        train = functools.partial(kills.train, folder / "data", held_out=0.3)
        train(folder / "alone", resume=False)
        train(folder / "stopped", max_minutes=1e-6)
        shutil.copytree(folder / "stopped", folder / "larger")
        train(folder / "stopped")
        train(folder / "larger", size=64, max_minutes=1e-6)
        with pytest.raises(FileExistsError, match="--resume to go on, --overwrite to start anew"):
            train(folder / "alone", resume=False)
    tf.config.run_functions_eagerly(False)
    assert printed.getvalue().count("Resuming after epoch 1 of 3") == 2
    return folder


def test_every_variable_of_the_run_is_the_same(folders):
    alone, stopped = (np.load(folders / name / "checkpoint.npz") for name in ("alone", "stopped"))
    assert alone.files == stopped.files
    assert json.loads(alone["progress"].tobytes()) == json.loads(stopped["progress"].tobytes())
    for name in alone.files:
        np.testing.assert_allclose(alone[name], stopped[name], atol=1e-6, err_msg=name)


def test_networks_records_and_logs_lie_beside_the_checkpoint(folders):
    for name in ("student_best", "student_last", "teacher_best", "teacher_last"):
        metadata = json.loads((folders / f"stopped/{name}.json").read_text())["metadata"]
        assert metadata["git_revision"] and metadata["config"]["run"]["seed"] == 3
    assert (folders / "stopped/log.csv").read_text().count("\n") == 4
    larger = json.loads((folders / "larger/student_last.json").read_text())
    assert (larger["config"]["image_size"], larger["metadata"]["epoch"]) == ([64, 64], 2)


@pytest.mark.parametrize(
    ("group", "changes", "refused"),
    [
        ("run", {"fit_minutes": 3.0}, None),
        ("data", {"image_size": (64, 64)}, None),
        ("run", {"epochs": 9}, "--epochs: was 20, is 9"),
        # The record is of a version that did not know this option, which then had its default.
        ("data", {"sharp_list": "a.txt"}, "--sharp_list: was '', is 'a.txt'"),
    ],
)
def test_what_is_free_may_change_and_other_flags_are_named(tmp_path, group, changes, refused):
    saved = dataclasses.asdict(DistillRun())
    del saved["data"]["sharp_list"], saved["distill"]["missing_teacher_maps"]
    (tmp_path / records.FILE_NAME).write_text(json.dumps({"config": saved}))
    config, mismatch = DistillRun(), records.ConfigMismatchError
    config = dataclasses.replace(config, **{group: dataclasses.replace(getattr(config, group), **changes)})
    with pytest.raises(mismatch, match=refused) if refused else contextlib.nullcontext():
        records.check_same_config(tmp_path, config)


def test_epochs_after_the_checkpoint_leave_the_log(tmp_path):
    path = tmp_path / "log.csv"
    records.forget_later_epochs(path, 2)
    path.write_text("epoch,loss\n0,0.5\n1,0.4\n2,0.3\n")
    records.forget_later_epochs(path, 2)
    assert path.read_text().split() == ["epoch,loss", "0,0.5", "1,0.4"]


on_unix = pytest.mark.skipif(os.name == "nt", reason="there are no such kills and limits")
# One run, in one process, that is broken off again and again after its first epoch.
TROUBLE = '''
import os, resource, shutil
from pathlib import Path
import numpy as np
from dbdgan_tf.command.errors import one_line_errors
from tests.training import kills

folder = Path({folder!r})
kills.make_data(folder / "data")
photos, most = folder / "data/train/images", resource.getrlimit(resource.RLIMIT_FSIZE)[1]
replace, steps = os.replace, []

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))

def put(source, target):
    replace(source, target)
    if steps and str(target).endswith(steps[0][0]):
        steps.pop(0)[1]()

def attempt(*todo):
    """Trains on; what is to happen once a file of a name is in its place."""
    steps[:] = todo
    try:
        with one_line_errors():
            kills.train(folder / "data", folder / "run")
        print("FINISHED")
    except SystemExit as end:
        print("END", end.code)
    limit(most)
    print("SUM", sum(np.abs(v).sum() for v in kills.variables(folder / "run").values()))

os.replace = put
# Weights have about 25 kB, the checkpoint 300: a limit is what a full disk looks like from inside.
attempt(("checkpoint.npz", lambda: limit(20_000)))
limit(60_000)
attempt()
# After the start-up check.
attempt(("config.json", lambda: [(photos / f"{{n}}.png").unlink() for n in range(3)]))
shutil.rmtree(folder / "data")
kills.make_data(folder / "data")
attempt()
'''


@on_unix
@pytest.mark.parametrize(("backend", "count"), [("tensorflow", 3), ("jax", 1)])
def test_killed_runs_end_with_the_weights_of_an_unbroken_one(repository, backend, count):
    command = [sys.executable, "-m", "tests.training.kills", f"--count={count}", f"--backend={backend}"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0 and "largest difference" in done.stdout, done.stderr[-3000:]
    assert ("1 in the middle of a write" in done.stdout) == (count == 3)


@on_unix
def test_trouble_ends_a_run_in_one_line_and_leaves_its_checkpoint(run_python, tmp_path):
    out = run_python(TROUBLE.format(folder=str(tmp_path)), env={"KERAS_BACKEND": "tensorflow"})
    lines = [line for line in out.splitlines() if line.startswith(("END", "FINISHED", "SUM"))]
    ends, sums = lines[::2], lines[1::2]
    no_room = "END error: there is no room left to write (File too large). What was finished is complete"
    assert ends[0].startswith(no_room) and ends[1].startswith(no_room)
    assert ".png: cannot be opened (No such file" in ends[2]
    assert "It could be read when the run began" in ends[2] and ends[3:] == ["FINISHED"]
    assert sums[0] == sums[1] == sums[2] != sums[3]
    assert not list((tmp_path / "run").glob(".dbdgan-*"))
