import sys

import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.quantization.options import MapLossOptions, QatOptions, QatRun, check_options
from dbdgan_tf.training.options import RunOptions

WITHOUT_TEACHER = MapLossOptions(consistency_weight=0.0)


def test_usable_options_pass():
    assert check_options(QatRun(losses=WITHOUT_TEACHER, qat=QatOptions(student_checkpoint="student"))) is None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (QatRun(), "--student_checkpoint"),
        (QatRun(qat=QatOptions(student_checkpoint="a")), "--teacher_maps_dir=''"),
        (
            QatRun(losses=WITHOUT_TEACHER, qat=QatOptions(student_checkpoint="a", freeze_norms_after=1.5)),
            "Received: 1.5",
        ),
        (
            QatRun(
                losses=WITHOUT_TEACHER,
                qat=QatOptions(student_checkpoint="a"),
                run=RunOptions(precision="mixed_bfloat16"),
            ),
            "mixed_bfloat16",
        ),
    ],
)
def test_bad_options_are_named(config, message):
    with pytest.raises(ValueError, match=message):
        check_options(config)


def test_options_load_no_tfmot():
    assert "tensorflow_model_optimization" not in sys.modules


@pytest.mark.parametrize(
    ("names", "student"),
    [(["qat"], "distill"), (["lite_qat"], "lite"), (["lite_qat", "smoke/qat"], "smoke")],
)
def test_recipes_are_read_by_the_trainer(repository, names, student, monkeypatch):
    # Recipes name their parents from the root of the checkout, where commands are run.
    monkeypatch.chdir(repository)
    config = flags.parse(QatRun, *(f"--flagfile=configs/{name}.flags" for name in names))
    assert config.qat.student_checkpoint == f"runs/{student}/student_best"
    assert config.run.output_dir == f"runs/{names[-1].replace('/', '_')}"
    assert config.qat.pick == "best"
