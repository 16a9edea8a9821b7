"""`dbdgan map`: photographs in, blur maps, masks or overlays out."""

import dataclasses
import os

import click

from dbdgan_tf.cli.options import (
    MAX_MEGAPIXELS,
    NumberRange,
    follow_links_option,
    max_megapixels_option,
    model_option,
    quiet_option,
    scale_option,
    threads_option,
)


@dataclasses.dataclass(frozen=True)
class MapConfig:
    """What to map, where to and how; see the options."""

    sources: tuple
    output: str
    format: str = "map"
    threshold: float | None = None
    conservative: bool = False
    white: str = "blur"
    max_side: int | None = None
    max_megapixels: float = MAX_MEGAPIXELS
    model: str = "lite"
    threads: int | None = None
    scale: str = "whole"
    follow_links: bool = False
    overwrite: bool = False
    quiet: bool = False


@click.command("map", short_help="Blur maps of photographs.")
@click.argument("sources", metavar="IN...", nargs=-1, required=True)
@click.argument("output", metavar="OUT")
@click.option(
    "--format",
    type=click.Choice(["map", "mask", "overlay", "side-by-side", "cutout"]),
    default="map",
    show_default=True,
    help="8-bit map; black and white mask; the photo under its map, the focus outlined; photo and map; what "
    "is in focus on a clear ground.",
)
@click.option("--threshold", type=NumberRange(0, 1), help="What counts as blurred.  [default: 0.5]")
@click.option(
    "--conservative",
    is_flag=True,
    help="For photogrammetry: no blurred pixel may pass; threshold 0.2, grown.",
)
@click.option(
    "--white",
    type=click.Choice(["blur", "focus"]),
    default="blur",
    show_default=True,
    help="What white means in maps and masks.",
)
@click.option(
    "--max-side", type=click.IntRange(1), help="Longest side of the output, px.  [default: its own]"
)
@max_megapixels_option
@model_option
@threads_option
@scale_option
@follow_links_option
@click.option("--overwrite", is_flag=True, help="Make outputs again that exist already.")
@quiet_option
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
    return run(MapConfig(**options))


def run(config):
    """Maps photographs; the exit code: 0, or 1 if some failed."""
    from dbdgan_tf.cli.mapping import STREAM, run_many, run_one

    if config.output == STREAM or config.sources == (STREAM,):
        return run_one(config)
    if STREAM in config.sources:
        raise click.UsageError("- (stdin) cannot be combined with other photographs.")
    to_folder = config.output.endswith(("/", os.sep)) or os.path.isdir(config.output)
    single = (
        len(config.sources) == 1
        and os.path.lexists(config.sources[0])
        and not os.path.isdir(config.sources[0])
    )
    return run_one(config) if single and not to_folder else run_many(config, to_folder)
