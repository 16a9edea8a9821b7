"""`dbdgan score`: how sharp photographs are, printed, sorted into folders or written as ratings."""

from types import SimpleNamespace

import click

from dbdgan_tf.cli import options as shared

FIELDS = tuple("path verdict sharpness edge_px sharp_up_to blur in_focus width height error".split())


def _parse_roi(context, parameter, text):
    from dbdgan_tf.sharpness.score import parse_roi

    try:
        return parse_roi(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


roi_option = click.option(
    "--roi", metavar="X,Y,W,H", callback=_parse_roi, help="The subject's place: px, or shares up to 1."
)
sharp_at_option = click.option(
    "--sharp-at", type=shared.COUNT, default=2048, metavar="PX", help="Long side at which to be sharp."
)


@click.command("score")
@click.argument("sources", metavar="PATHS...", nargs=-1)
@click.option("--files-from", metavar="LIST", help="Also those of a text file, one a line; - is stdin.")
@click.option("--format", type=click.Choice(["table", "csv", "jsonl"]), default="table")
@click.option("--output", "-o", metavar="FILE", help="Where to write the scores; - is stdout.  [default: -]")
@roi_option
@sharp_at_option
@click.option("--sort-by", type=click.Choice(FIELDS), metavar="COLUMN", help="Best first, at the end.")
@click.option("--top", type=shared.COUNT, metavar="N", help="Only the N best (by default sharpness).")
@click.option(
    "--group-seconds",
    type=shared.NumberRange(0),
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
    "--transfer", type=click.Choice(["copy", "link", "move"]), default="copy", help="How --sort-into does it."
)
@click.option("--dry-run", is_flag=True, help="Say what --sort-into and --xmp would do, and do nothing.")
@click.option("--xmp", is_flag=True, help="Write ratings (1 to 5 stars) into .xmp sidecars.")
@shared.follow_links_option
@shared.max_megapixels_option
@shared.model_option
@shared.threads_option
@shared.quiet_option
def command(**options):
    """Tells whether photographs (files, folders, globs) are sharp, in their own pixels.

    Sharpness: 1 = edges as thin as pixels allow, 0.5 = twice as wide. Sharp up to: the long side, px, up to
    which the photo is critically sharp. Measured where the photo is most in focus, or in --roi; a soft
    background costs nothing. Flat pictures and mere noise are uncertain.
    """
    from dbdgan_tf.cli.scoring import run

    return run(SimpleNamespace(**options))
