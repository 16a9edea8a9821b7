import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.quantization.options import QatRun, check_options


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "--student_checkpoint"),
        ("--student_checkpoint=a", "--teacher_maps_dir=''"),
        ("--student_checkpoint=a --consistency_weight=0 --freeze_norms_after=1.5", "1.5"),
        ("--student_checkpoint=a --consistency_weight=0 --precision=mixed_bfloat16", "mixed_bfloat16"),
    ],
)
def test_bad_options_are_named(arguments, message):
    assert check_options(flags.parse(QatRun, "--student_checkpoint=a", "--consistency_weight=0")) is None
    with pytest.raises(ValueError, match=message):
        check_options(flags.parse(QatRun, *arguments.split()))


@pytest.mark.parametrize(
    ("names", "student"), [(["qat"], "distill"), (["lite_qat"], "lite"), (["lite_qat", "smoke/qat"], "smoke")]
)
def test_recipes_are_read_by_the_trainer(repository, names, student, monkeypatch):
    # Recipes name their parents from the root of the checkout, where commands are run.
    monkeypatch.chdir(repository)
    config = flags.parse(QatRun, *(f"--flagfile=configs/{name}.flags" for name in names))
    assert config.qat.student_checkpoint == f"runs/{student}/student_best"
    assert config.run.output_dir == f"runs/{names[-1].replace('/', '_')}"
    assert config.qat.pick == "best"
