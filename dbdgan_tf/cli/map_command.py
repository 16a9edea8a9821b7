"""`dbdgan map`: photographs in, blur maps, masks or overlays out."""

from types import SimpleNamespace

import click

from dbdgan_tf.cli import options as shared


@click.command("map")
@click.argument("sources", metavar="IN...", nargs=-1, required=True)
@click.argument("output", metavar="OUT")
@click.option(
    "--format",
    type=click.Choice(["map", "mask", "overlay", "side-by-side", "cutout"]),
    default="map",
    help="8-bit map; black and white mask; the photo under its map, the focus outlined; photo and map; what "
    "is in focus on a clear ground.",
)
@click.option("--threshold", type=shared.NumberRange(0, 1), help="What counts as blurred.  [default: 0.5]")
@click.option(
    "--conservative", is_flag=True, help="For photogrammetry: no blurred pixel passes; threshold 0.2, grown."
)
@click.option(
    "--white", type=click.Choice(["blur", "focus"]), default="blur", help="What is white in maps and masks."
)
@click.option("--max-side", type=shared.COUNT, help="Longest side of the output, px.  [default: its own]")
@shared.max_megapixels_option
@shared.model_option
@shared.threads_option
@click.option(
    "--scale", type=click.Choice(["whole", "native"]), default="whole", help="native sees small blur, slower."
)
@shared.follow_links_option
@click.option("--overwrite", is_flag=True, help="Make outputs again that exist already.")
@shared.quiet_option
def command(**options):
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
