import pytest
from absl import flags as absl_flags

from dbdgan_tf.training.configuration import DistillRun
from trainers import flags


def parse(*arguments):
    values = absl_flags.FlagValues()
    flags.define(DistillRun, values)
    values(["program", *arguments])
    return flags.read(DistillRun, values)


def test_defaults_are_those_of_the_options():
    assert parse() == DistillRun()


def test_every_kind_of_option_is_read():
    config = parse(
        "--data_dir=a,b", "--image_size=320,480", "--epochs=3", "--bce_weight=0.5", "--resume",
        "--teacher=frozen",        "--feature_taps=bottleneck", "--noaugment",
    )  # fmt: skip
    assert config.data.data_dir == ("a", "b")
    assert config.data.image_size == (320, 480)
    assert (config.run.epochs, config.run.resume, config.data.augment) == (3, True, False)
    assert (config.losses.bce_weight, config.losses.feature_taps) == (0.5, ("bottleneck",))
    assert config.distill.teacher == "frozen"


def test_paths_with_and_without_a_name():
    assert flags.named_paths(["student=runs/a", "runs/b"]) == [("student", "runs/a"), ("", "runs/b")]
    assert flags.named_paths(()) == []
    for word in ("student=", ""):
        with pytest.raises(ValueError, match=f"Received: '{word}'. Allowed: NAME=PATH or PATH"):
            flags.named_paths([word])


def test_one_number_is_a_square():
    assert parse("--image_size=256").data.image_size == (256, 256)


@pytest.mark.parametrize("bad", ["--image_size=big", "--image_size=1,2,3", "--image_size=0"])
def test_bad_sizes_are_named(bad):
    with pytest.raises(absl_flags.ValidationError, match="Allowed: 320 or 320,480"):
        parse(bad)
