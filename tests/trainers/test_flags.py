import pytest
from absl import flags as absl_flags

from dbdgan_tf.training.configuration import DistillRun
from trainers import flags


@pytest.fixture
def parse(monkeypatch):
    """Parses arguments into a fresh set of flags."""

    def run(*arguments):
        monkeypatch.setattr(absl_flags, "FLAGS", absl_flags.FlagValues())
        values = absl_flags.FLAGS
        define = {
            name: getattr(absl_flags, name)
            for name in (
                "DEFINE_enum",
                "DEFINE_bool",
                "DEFINE_integer",
                "DEFINE_float",
                "DEFINE_list",
                "DEFINE_string",
            )
        }
        for name, function in define.items():
            monkeypatch.setattr(
                absl_flags, name, lambda *a, _f=function, **k: _f(*a, flag_values=values, **k)
            )
        flags.define(DistillRun)
        values(["program", *arguments])
        return flags.read(DistillRun)

    return run


def test_defaults_are_those_of_the_options(parse):
    assert parse() == DistillRun()


def test_every_kind_of_option_is_read(parse):
    config = parse(
        "--data_dir=a,b", "--image_size=320,480", "--epochs=3", "--bce_weight=0.5", "--resume",
        "--teacher=frozen",        "--feature_taps=bottleneck", "--noaugment",
    )  # fmt: skip
    assert config.data.data_dir == ("a", "b")
    assert config.data.image_size == (320, 480)
    assert (config.run.epochs, config.run.resume, config.data.augment) == (3, True, False)
    assert (config.losses.bce_weight, config.losses.feature_taps) == (0.5, ("bottleneck",))
    assert config.distill.teacher == "frozen"


def test_one_number_is_a_square(parse):
    assert parse("--image_size=256").data.image_size == (256, 256)


@pytest.mark.parametrize("bad", ["--image_size=big", "--image_size=1,2,3", "--image_size=0"])
def test_bad_sizes_are_named(parse, bad):
    with pytest.raises(absl_flags.ValidationError, match="Allowed: 320 or 320,480"):
        parse(bad)
