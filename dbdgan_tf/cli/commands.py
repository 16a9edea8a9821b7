"""The commands map, score, video, batch, serve and info for the shell; each imports its work late."""

import dataclasses
import hashlib
from types import SimpleNamespace

import click
from click import Choice, IntRange, argument, option

from dbdgan_tf.cli import options as shared
from dbdgan_tf.cli.options import COUNT, POSITIVE, NumberRange

FIELDS = tuple("path verdict sharpness edge_px sharp_up_to blur in_focus width height error".split())


@click.command("map", short_help="Blur maps, masks and overlays of photographs.")
@argument("sources", metavar="IN...", nargs=-1, required=True)
@argument("output", metavar="OUT")
@option(
    "--format",
    type=Choice(["map", "mask", "overlay", "side-by-side", "cutout"]),
    default="map",
    help="8-bit map; black and white mask; the photo under its map, the focus outlined; photo and map; what "
    "is in focus on a clear ground.",
)
@option("--threshold", type=NumberRange(0, 1), help="What counts as blurred.  [default: 0.5]")
@option("--conservative", is_flag=True, help="No blurred pixel may pass: stricter, grown.")
@option("--white", type=Choice(["blur", "focus"]), default="blur", help="What is white in maps and masks.")
@option("--max-side", type=COUNT, help="Longest side of the output, px.  [default: its own]")
@shared.max_megapixels_option
@shared.model_option
@shared.threads_option
@option("--scale", type=Choice(["whole", "native"]), default="whole", help="native sees small blur, slower.")
@shared.follow_links_option
@option("--overwrite", is_flag=True, help="Make outputs again that exist already.")
@shared.quiet_option
def map_command(**options):
    """Finds the blur in photographs IN (files, folders, globs; - is stdin) and writes it to OUT.

    White is blurred. OUT is a file for one photograph, else a folder with the tree of IN; - is stdout.
    An output notes what it was made from: those that are up to date are skipped, so that an interrupted run
    goes on where it was; others are made again.

    \b
    dbdgan map photo.jpg map.png
    dbdgan map photos/ maps/ --format mask --conservative --white focus
    cat photo.jpg | dbdgan map - - > map.png
    """  # noqa: D301
    from dbdgan_tf.cli.mapping import run

    return run(SimpleNamespace(**options))


def _parse_roi(context, parameter, text):
    from dbdgan_tf.sharpness.score import parse_roi

    try:
        return parse_roi(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


roi_option = option(
    "--roi", metavar="X,Y,W,H", callback=_parse_roi, help="The subject: px, or shares up to 1."
)
sharp_at_option = option(
    "--sharp-at", type=COUNT, default=2048, metavar="PX", help="Long side to be sharp at."
)


@click.command("score", short_help="How sharp are these photographs, and is the subject in focus?")
@argument("sources", metavar="PATHS...", nargs=-1)
@option("--files-from", metavar="LIST", help="Also those of a text file, one a line; - is stdin.")
@option("--format", type=Choice(["table", "csv", "jsonl"]), default="table")
@option("--output", "-o", metavar="FILE", help="Where to write the scores; - is stdout.  [default: -]")
@roi_option
@sharp_at_option
@option("--sort-by", type=Choice(FIELDS), metavar="COLUMN", help="Best first, at the end.")
@option("--top", type=COUNT, metavar="N", help="Only the N best (by default sharpness).")
@option(
    "--group-seconds",
    type=NumberRange(0),
    metavar="S",
    help="Mark the best of each burst: photographs at most S seconds apart by their EXIF time.",
)
@option("--html", metavar="FILE", help="Write a contact sheet, the measured places at 100 %.")
@option("--sort-into", metavar="DIR", help="Into DIR/sharp, DIR/soft, DIR/uncertain; bursts' best: DIR/best.")
@option("--transfer", type=Choice(["copy", "link", "move"]), default="copy", help="How --sort-into does it.")
@option("--dry-run", is_flag=True, help="Say what --sort-into and --xmp would do, and do nothing.")
@option("--xmp", is_flag=True, help="Write ratings (1 to 5 stars) into .xmp sidecars.")
@shared.follow_links_option
@shared.max_megapixels_option
@shared.model_option
@shared.threads_option
@shared.quiet_option
def score_command(**options):
    """Tells whether photographs (files, folders, globs) are sharp, in their own pixels.

    Sharpness: 1 = edges as thin as pixels allow, 0.5 = twice as wide. Sharp up to: the long side, px, up to
    which the photo is critically sharp. Measured where the photo is most in focus, or in --roi; a soft
    background costs nothing. Flat pictures and mere noise are uncertain.
    """
    from dbdgan_tf.cli.scoring import run

    return run(SimpleNamespace(**options))


@click.command("video", short_help="Blur of a film, frame by frame, and its sharpest frames.")
@argument("films", metavar="FILE...", nargs=-1, required=True)
@option("--output-dir", "-o", metavar="DIR", help="Where to.  [default: FILE's name + _blur]")
@option("--window", type=NumberRange(0), default=1.0, help="Seconds whose sharpest frame is saved; 0: none.")
@option("--every", type=COUNT, default=1, help="Look at each nth frame.")
@option("--overlay", is_flag=True, help="Write the film under its blur map as overlay.mp4.")
@option("--max-side", type=IntRange(16), default=1280, help="Longest side of the overlay film, px.")
@shared.model_option
@shared.threads_option
@shared.quiet_option
def video_command(**options):
    """Measures the blur of films: frames.csv, blur.png (a plot), sharpest/ and, if asked for, overlay.mp4.

    Memory stays constant however long the film is.
    """
    from dbdgan_tf.cli.filming import run

    return run(SimpleNamespace(**options))


@click.command("batch", short_help="Scores and maps of very many photographs into Parquet (extra: ray).")
@argument("sources", metavar="IN...", nargs=-1, required=True)
@argument("output", metavar="OUT")
@option("--column", default="path", help="Of Parquet lists.")
@option("--no-scores", is_flag=True, help="Maps alone: faster.")
@option("--maps", is_flag=True, help="Also the maps, as PNG in the column map_png.")
@option("--max-side", type=COUNT, help="Longest side of the maps, px.  [default: the photo's]")
@roi_option
@sharp_at_option
@option("--seconds", type=POSITIVE, default=60.0, help="Per photograph.")
@option("--workers", type=COUNT, help="Processes.  [default: all cores of this machine]")
@option("--cpus", type=COUNT, default=1, help="Cores of each.")
@option("--part-rows", type=COUNT, default=256, help="Photographs of a part.")
@shared.max_megapixels_option
@shared.model_option
@shared.quiet_option
def batch_command(sources, output, column, no_scores, workers, cpus, part_rows, quiet, **options):
    """Scores photographs IN (folders, globs, .txt and .parquet lists; paths, s3://, gs://, http://) into OUT.

    OUT is a folder of Parquet parts. The same command goes on where a run was stopped. RAY_ADDRESS names a
    cluster; without it the cores of this machine are used.

    \b
    dbdgan batch photos/ scores/
    dbdgan batch s3://bucket/list.parquet s3://bucket/scores --column uri --maps --workers 64
    """  # noqa: D301
    with shared.needs_extra("ray"):
        from dbdgan_tf.batch.job import run
    from dbdgan_tf.cli.pipeline import progress_bar

    def watch(parts, total):
        with progress_bar(None, total, "photos", quiet) as bar:
            for part in parts:
                bar.update(part["done"])
                yield part

    options |= {"model": str(shared.find_model(options["model"])), "scores": not no_scores}
    shared.silence_native_libraries()
    size = {"workers": shared.count_threads(workers), "cpus": cpus, "part_rows": part_rows}
    done, failed, skipped = run(sources, output, options, watch, column=column, **size)
    there = f", {skipped} were there already" * bool(skipped)
    click.echo(f"{done} written to {output}{there}; {failed} failed (column error)", err=True)
    return 1 if failed else 0


@click.command("serve", short_help="Maps and scores over HTTP (extra: serve).")
@option("--host", default="127.0.0.1", help="Address to listen at; 0.0.0.0 for all.")
@option("--port", type=IntRange(0, 65535), default=8000, help="0: any free one.")
@option("--workers", type=IntRange(1, 256), help="Photographs at work.  [default: all cores]")
@option("--queue", type=IntRange(0), default=32, help="Requests that may wait; others get 503.")
@option("--max-megabytes", type=POSITIVE, default=64.0, help="Larger requests are refused.")
@shared.max_megapixels_option
@option("--timeout", type=POSITIVE, default=60.0, help="Seconds for an upload, and for waiting and work.")
@shared.model_option
def serve_command(host, port, model, **limits):
    """Answers POST /map and POST /score, the model warm; GET /openapi.json describes them.

    \b
    dbdgan serve --port 8000
    curl --data-binary @photo.jpg http://127.0.0.1:8000/map > map.png
    curl --data-binary @photo.jpg http://127.0.0.1:8000/score
    """  # noqa: D301
    with shared.needs_extra("serve"):
        from dbdgan_tf.serve.app import run
    limits["workers"] = shared.count_threads(limits["workers"])
    run(shared.open_detectors(model), SimpleNamespace(**limits), host, port)
    return 0


@click.command("info", short_help="What a .tflite model says about itself.")
@argument("model", default="lite")
@shared.json_option
def info_command(model, as_json):
    """Prints size, types, scaling, origin and scores of MODEL: a bundled one's name or a .tflite file."""
    shared.tell(describe(model), as_json)


def describe(model):
    """JSON-ready facts about a model, named as `--model` is."""
    from dbdgan_tf.inference.bundled import check_model
    from dbdgan_tf.inference.interpreter import LiteRTModel
    from dbdgan_tf.model_file.flat_graph import read_graph
    from dbdgan_tf.model_file.metadata import read_metadata

    path = shared.find_model(model)
    check_model(path)
    loaded = LiteRTModel(path, 1)
    content = path.read_bytes()
    graph = read_graph(content)
    return {
        "file": str(path),
        "megabytes": round(len(content) / 1e6, 3),
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": f"{'x'.join(map(str, loaded.input.shape))} {loaded.input.dtype}",
        "output": f"{'x'.join(map(str, loaded.output.shape))} {loaded.output.dtype}",
        "parameters": graph.parameters(),
        "multiply_adds": graph.multiply_adds(),
        "xnnpack_partitions": loaded.delegation().partitions,
        **dataclasses.asdict(read_metadata(content)),
    }
