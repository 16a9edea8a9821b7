"""`dbdgan score`: how sharp photographs are, printed, sorted into folders or written as ratings."""

import dataclasses

import click

from dbdgan_tf.cli.options import (
    MAX_MEGAPIXELS,
    NumberRange,
    follow_links_option,
    max_megapixels_option,
    model_option,
    quiet_option,
    threads_option,
)
from dbdgan_tf.cli.score_output import FIELDS


@dataclasses.dataclass(frozen=True)
class ScoreConfig:
    """What to score and what to do with it; see the options."""

    sources: tuple
    files_from: str | None = None
    format: str = "table"
    output: str | None = None
    roi: tuple | None = None
    sharp_at: int = 2048
    sort_by: str | None = None
    top: int | None = None
    group_seconds: float | None = None
    html: str | None = None
    sort_into: str | None = None
    transfer: str = "copy"
    dry_run: bool = False
    follow_links: bool = False
    xmp: bool = False
    max_megapixels: float = MAX_MEGAPIXELS
    model: str = "lite"
    threads: int | None = None
    quiet: bool = False


def _parse_roi(context, parameter, text):
    from dbdgan_tf.sharpness.score import parse_roi

    try:
        return parse_roi(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


roi_option = click.option(
    "--roi",
    metavar="X,Y,W,H",
    callback=_parse_roi,
    help="Where the subject is: px, or shares if none exceeds 1.",
)
sharp_at_option = click.option(
    "--sharp-at",
    type=click.IntRange(1),
    default=2048,
    show_default=True,
    metavar="PX",
    help="Long side at which a photograph must be sharp to be called so; smaller ones at their own.",
)


@click.command("score", short_help="How sharp are these photographs?")
@click.argument("sources", metavar="PATHS...", nargs=-1)
@click.option("--files-from", metavar="LIST", help="Also those of a text file, one a line; - is stdin.")
@click.option("--format", type=click.Choice(["table", "csv", "jsonl"]), default="table", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Where to write the scores; - is stdout.  [default: -]")
@roi_option
@sharp_at_option
@click.option("--sort-by", type=click.Choice(FIELDS), metavar="COLUMN", help="Best first, at the end.")
@click.option("--top", type=click.IntRange(1), metavar="N", help="Only the N best (by default sharpness).")
@click.option(
    "--group-seconds",
    type=NumberRange(0),
    metavar="S",
    help="Mark the best of each burst: photographs at most S seconds apart by their EXIF time.",
)
@click.option("--html", metavar="FILE", help="Write a contact sheet, the measured places at 100 %.")
@click.option(
    "--sort-into",
    metavar="DIR",
    help="Put the photographs into DIR/sharp, DIR/soft, DIR/uncertain; the best of bursts into DIR/best.",
)
@click.option(
    "--transfer",
    type=click.Choice(["copy", "link", "move"]),
    default="copy",
    show_default=True,
    help="How --sort-into puts them there.",
)
@click.option("--dry-run", is_flag=True, help="Say what --sort-into and --xmp would do, and do nothing.")
@click.option("--xmp", is_flag=True, help="Write ratings (1 to 5 stars) into .xmp sidecars.")
@follow_links_option
@max_megapixels_option
@model_option
@threads_option
@quiet_option
def command(**options):
    """Tells whether photographs (files, folders, globs) are sharp, in their own pixels.

    Sharpness: 1 = edges as thin as pixels allow, 0.5 = twice as wide. Sharp up to: the long side, px, up to
    which the photo is critically sharp. Measured where the photo is most in focus, or in --roi; a soft
    background costs nothing. Flat pictures and mere noise are uncertain.
    """
    return run(ScoreConfig(**options))


def run(config):
    """Scores photographs; the exit code: 0, or 1 if some failed."""
    from dbdgan_tf.cli.scoring import run as run_scoring

    if not config.sources and config.files_from is None:
        raise click.UsageError("Give photographs: PATHS, or --files-from LIST.")
    return run_scoring(config)
