"""`dbdgan video`: the blur of a film, frame by frame, and the sharpest frame of each window."""

from types import SimpleNamespace

import click

from dbdgan_tf.cli.options import COUNT, NumberRange, model_option, quiet_option, threads_option


@click.command("video")
@click.argument("films", metavar="FILE...", nargs=-1, required=True)
@click.option("--output-dir", "-o", metavar="DIR", help="Where to.  [default: FILE's name + _blur]")
@click.option(
    "--window", type=NumberRange(0), default=1.0, help="Save the sharpest frame of so many seconds; 0: none."
)
@click.option("--every", type=COUNT, default=1, help="Look at each nth frame.")
@click.option("--overlay", is_flag=True, help="Write the film under its blur map as overlay.mp4.")
@click.option(
    "--max-side", type=click.IntRange(16), default=1280, help="Longest side of the overlay film, px."
)
@model_option
@threads_option
@quiet_option
def command(**options):
    """Measures the blur of films: frames.csv, blur.png (a plot), sharpest/ and, if asked for, overlay.mp4.

    Memory stays constant however long the film is.
    """
    from dbdgan_tf.cli.filming import run

    return run(SimpleNamespace(**options))
