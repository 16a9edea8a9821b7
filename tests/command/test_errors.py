"""Which errors of a command become one line, and which keep their traceback."""

import json

import pytest
from absl import flags

from dbdgan_tf.command.errors import one_line_errors
from dbdgan_tf.data.layouts import find_samples


def test_errors_of_this_project_the_disk_and_flags_are_one_line():
    with pytest.raises(SystemExit, match="^error: The data folder does not exist .* Received: absent"):
        with one_line_errors():
            find_samples("absent", "train")
    for error in (OSError(28, "No space left on device"), flags.ValidationError("--x is bad")):
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
