"""Flags made from options, and which errors of a command become one line or keep their traceback."""

import dataclasses
import json

import pytest
from absl import flags as absl_flags

from dbdgan_tf.command import flags
from dbdgan_tf.command.errors import one_line_errors
from dbdgan_tf.command.options import REQUIRED, option
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.training.options import DistillRun


@dataclasses.dataclass(frozen=True)
class Flat:
    models: tuple = option(REQUIRED, "at least one file", words=True)
    output: str = option(REQUIRED, "Where to.")
    threads: tuple[int, ...] = option((1, 2), "Numbers.")
    image_size: tuple[int, int] | None = option(None, "Size.", at_least=32)
    share: float = option(0.5, "Share.", at_least=0.0, at_most=1.0)
    bits: int = option(8, "Bits.", (8, 16))
    gpu: bool | None = option(None, "Either, or unsaid.")


def test_a_flat_configuration():
    assert flags.parse(Flat, "a.tflite", "--output=o") == Flat(("a.tflite",), "o")
    words = "a.tflite --output=o b.tflite --threads=4 --image_size=320 --bits=16 --nogpu"
    expected = Flat(("a.tflite", "b.tflite"), "o", (4,), (320, 320), bits=16, gpu=False)
    assert flags.parse(Flat, *words.split()) == expected
    assert flags.parse(DistillRun) == DistillRun()


@pytest.mark.parametrize(
    ("config", "words", "message"),
    [
        (Flat, "a --output=o --threads=a", "--threads takes whole numbers. Received: a. Allowed: 1 or 1,2"),
        (Flat, "a --output=o --image_size=31", "Received: 31. Allowed: 320 or 320,480, at least 32"),
        (Flat, "a --output=o --share=nan", "--share takes a number. Received: nan"),
        (Flat, "a --output=o --share=1.5", "1.5"),
        (Flat, "a --output=o --bits=9", "8|16"),
        (Flat, "a --output=o --no_such=1", "no_such"),
        (Flat, "--output=o", "Give at least one file. Received: none"),
        (Flat, "a.tflite", "--output"),
        (DistillRun, "stray", "Words that are no flags. Received: stray"),
        (DistillRun, "--image_size=1,2,3", "Allowed: 320 or 320,480"),
    ],
)
def test_bad_values_and_missing_ones_are_named(config, words, message):
    with pytest.raises(absl_flags.Error, match=message):
        flags.parse(config, *words.split())


def test_a_bad_flag_ends_a_command_with_one_line(run_module):
    line = "error: --threads takes whole numbers. Received: a. Allowed: 1 or 1,2, at least 1.\n"
    assert run_module("tflite.benchmark", "--threads=a", "x.tflite") == (1, "", line)


def test_paths_with_and_without_a_name():
    assert flags.named_paths(["student=runs/a", "runs/b"]) == [("student", "runs/a"), ("", "runs/b")]
    for word in ("student=", ""):
        with pytest.raises(ValueError, match=f"Received: '{word}'. Allowed: NAME=PATH or PATH"):
            flags.named_paths([word])


def test_errors_of_this_project_the_disk_and_flags_are_one_line():
    with pytest.raises(SystemExit, match="^error: The data folder does not exist .* Received: absent"):
        with one_line_errors():
            find_samples("absent", "train")
    for error in (OSError(28, "No space left on device"), absl_flags.ValidationError("--x is bad")):
        with pytest.raises(SystemExit, match=f"^error: .*{str(error)[-5:]}"), one_line_errors():
            raise error


@pytest.mark.parametrize(
    "error", [ValueError, RuntimeError, FloatingPointError, KeyError, TypeError, KeyboardInterrupt]
)
def test_slips_and_errors_raised_outside_this_project_stay_what_they_are(error):
    with pytest.raises(error, match="from outside"), one_line_errors():
        raise error("from outside")
    with pytest.raises(json.JSONDecodeError), one_line_errors():
        json.loads("{")


def test_an_absent_extra_is_named(run_python):
    code = """
        from dbdgan_tf.conversion.converter import main
        main(["convert", "--checkpoint=dbdgan_tf/assets/student_lite", "--output=x.tflite"])
    """
    with pytest.raises(AssertionError, match=r"error: .*keras.*pip install 'dbdgan_tf\[train\]'"):
        run_python(code, blocked=("keras",))
