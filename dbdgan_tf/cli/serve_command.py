"""`dbdgan serve`: maps and scores over HTTP."""

import click

from dbdgan_tf.cli.options import (
    NumberRange,
    count_threads,
    max_megapixels_option,
    model_option,
    needs_extra,
    open_detectors,
)


@click.command("serve", short_help="Maps and scores over HTTP.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one."
)
@click.option("--workers", type=click.IntRange(1, 256), help="Photographs at work.  [default: all cores]")
@click.option(
    "--queue",
    type=click.IntRange(0),
    default=32,
    show_default=True,
    help="Requests that may wait; others get 503.",
)
@click.option(
    "--max-megabytes",
    type=NumberRange(min=0, min_open=True),
    default=64.0,
    show_default=True,
    help="Larger requests are refused.",
)
@max_megapixels_option
@click.option(
    "--timeout",
    type=NumberRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest time for an upload, and for waiting and work.",
)
@model_option
def command(host, port, workers, queue, max_megabytes, max_megapixels, timeout, model):
    """Answers POST /map and POST /score, the model warm; GET /openapi.json describes them.

    \b
    dbdgan serve --port 8000
    curl --data-binary @photo.jpg http://127.0.0.1:8000/map > map.png
    curl --data-binary @photo.jpg http://127.0.0.1:8000/score
    """  # noqa: D301
    with needs_extra("serve"):
        from dbdgan_tf.serve import server
        from dbdgan_tf.serve.app import Limits
    limits = Limits(count_threads(workers), queue, max_megabytes, max_megapixels, timeout)
    server.run(open_detectors(model), limits, host, port, lambda line: click.echo(line, err=True))
    return 0
