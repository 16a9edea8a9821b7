"""How the commands end on bad input: with one line, not with a traceback."""

import contextlib
import os
import traceback
from pathlib import Path

from absl import flags

from dbdgan_tf.atomic_file import is_disk_full

_OWN = ("dbdgan_tf", "trainers", "tflite")
_PACKAGES = tuple(Path(__file__).resolve().parents[2] / name for name in _OWN)


@contextlib.contextmanager
def one_line_errors():
    """An OSError, and what this project raises, ends the program in one line; slips keep their traceback."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not _raised_here(error) or (error.name or "").partition(".")[0] in _OWN:
            raise
        extra = "qat" if error.name in ("tf_keras", "tensorflow_model_optimization") else "train"
        raise SystemExit(f"error: {error}. It comes with pip install 'dbdgan_tf[{extra}]'.") from error
    except (OSError, flags.Error) as error:
        if is_disk_full(error):
            raise SystemExit(
                f"error: there is no room left to write ({os.strerror(error.errno)}). What was finished is "
                "complete; a training run goes on with --resume."
            ) from error
        raise SystemExit(f"error: {error}") from error
    except (ValueError, RuntimeError, FloatingPointError, ImportError) as error:
        if not _raised_here(error):
            raise
        raise SystemExit(f"error: {error}") from error


def _raised_here(error):
    raised_in = Path(traceback.extract_tb(error.__traceback__)[-1].filename).resolve()
    return any(package in raised_in.parents for package in _PACKAGES)
