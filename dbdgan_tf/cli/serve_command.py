"""`dbdgan serve`: maps and scores over HTTP."""

import click

from dbdgan_tf.cli import options as shared


@click.command("serve")
@click.option("--host", default="127.0.0.1", help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="0: any free one.")
@click.option("--workers", type=click.IntRange(1, 256), help="Photographs at work.  [default: all cores]")
@click.option("--queue", type=click.IntRange(0), default=32, help="Requests that may wait; others get 503.")
@click.option("--max-megabytes", type=shared.POSITIVE, default=64.0, help="Larger requests are refused.")
@shared.max_megapixels_option
@click.option(
    "--timeout", type=shared.POSITIVE, default=60.0, help="Seconds for an upload, and for waiting and work."
)
@shared.model_option
def command(host, port, workers, queue, max_megabytes, max_megapixels, timeout, model):
    """Answers POST /map and POST /score, the model warm; GET /openapi.json describes them.

    \b
    dbdgan serve --port 8000
    curl --data-binary @photo.jpg http://127.0.0.1:8000/map > map.png
    curl --data-binary @photo.jpg http://127.0.0.1:8000/score
    """  # noqa: D301
    with shared.needs_extra("serve"):
        from dbdgan_tf.serve.app import Limits, run
    limits = Limits(shared.count_threads(workers), queue, max_megabytes, max_megapixels, timeout)
    run(shared.open_detectors(model), limits, host, port)
    return 0
