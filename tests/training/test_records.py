"""Whether a run may be continued: by the options in its record."""

import dataclasses
import json

import pytest

from dbdgan_tf.training import options, records
from dbdgan_tf.training.options import DistillRun


def write(folder, config, without=()):
    saved = dataclasses.asdict(config)
    for group, name in without:
        del saved[group][name]
    (folder / records.FILE_NAME).write_text(json.dumps({"config": saved}))


def test_options_that_an_older_version_did_not_know_had_their_defaults(tmp_path):
    config = DistillRun(run=options.RunOptions(seed=4))
    write(tmp_path, config, without=[("data", "sharp_list"), ("distill", "missing_teacher_maps")])
    records.check_same_config(tmp_path, config)
    other = DistillRun(data=options.DataOptions(sharp_list="a.txt"), run=config.run)
    with pytest.raises(records.ConfigMismatchError, match="--sharp_list: was '', is 'a.txt'"):
        records.check_same_config(tmp_path, other)


def test_what_is_free_may_change(tmp_path):
    write(tmp_path, DistillRun())
    free = DistillRun(run=options.RunOptions(fit_minutes=3.0), data=options.DataOptions(image_size=(64, 64)))
    records.check_same_config(tmp_path, free)


def test_epochs_after_the_checkpoint_leave_the_log(tmp_path):
    path = tmp_path / "log.csv"
    records.forget_later_epochs(path, 2)
    path.write_text("epoch,loss\n0,0.5\n1,0.4\n2,0.3\n")
    records.forget_later_epochs(path, 2)
    assert path.read_text().split() == ["epoch,loss", "0,0.5", "1,0.4"]
