"""Options that several commands share, and the detectors that they open."""

import contextlib
import json
import math
import os
import sys

import click
from click import IntRange, option


class NumberRange(click.FloatRange):
    """A range of numbers; click's own lets NaN pass, as no comparison refuses it."""

    def convert(self, value, param, ctx):
        """The number; click.BadParameter if it is none, NaN included, or lies outside."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


COUNT, POSITIVE = IntRange(1), NumberRange(0, min_open=True)
max_megapixels_option = option("--max-megapixels", type=POSITIVE, default=250.0, help="Refuse larger photos.")
model_option = option(
    "--model", default="lite", metavar="NAME|PATH", help="A bundled model (see dbdgan doctor) or a file."
)
threads_option = option("--threads", type=IntRange(1, 256), help="Photographs at work.  [default: all cores]")
follow_links_option = option("--follow-links", is_flag=True, help="Also search folders that are links.")
json_option = option("--json", "as_json", is_flag=True, help="As JSON.")
quiet_option = option("--quiet", "-q", is_flag=True, help="No progress bar.")


@contextlib.contextmanager
def needs_extra(extra):
    """Around imports that an extra brings: what is missing is told in one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error}. It comes with pip install 'dbdgan_tf[{extra}]'.") from error


def tell(facts, as_json):
    """Prints facts by name, which may be grouped, for a person or as JSON."""
    if as_json:
        click.echo(json.dumps(facts, indent=1))
        return
    for name, value in facts.items():
        for key, one in value.items() if isinstance(value, dict) else [("", value)]:
            text = f"{one:.4g}" if isinstance(one, float) else one
            click.echo(f"{f'{name} {key}' if key else name.replace('_', ' '):34s} {text}")


def find_model(name):
    """Path of a model that a person named."""
    from dbdgan_tf.inference.bundled import MODEL_FILES, model_path

    path = model_path(name)
    if not path.is_file():
        allowed = ", ".join(MODEL_FILES)
        raise click.BadParameter(f"no such file: {name}; allowed: {allowed}, or a .tflite file.")
    return path


def count_threads(threads):
    """The number asked for, or the number of cores this process may use."""
    if threads or not hasattr(os, "sched_getaffinity"):
        return threads or os.cpu_count() or 1
    return len(os.sched_getaffinity(0))


def open_detectors(name, scale="whole", threads=1):
    """`Detectors` of a model that a person named."""
    path = find_model(name)
    silence_native_libraries()
    from dbdgan_tf.inference.detector import Detectors

    return Detectors(path, scale, threads)


def silence_native_libraries():
    """libjpeg, libpng, libtiff and LiteRT talk on the process's stderr; what matters comes as exceptions."""
    try:
        if sys.stderr.fileno() != 2:
            return
        own = os.dup(2)
    except (OSError, ValueError, AttributeError):
        return
    sys.stderr = open(own, "w", buffering=1, encoding=sys.stderr.encoding, errors=sys.stderr.errors)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
