"""`dbdgan map`: photographs in, blur maps, masks or overlays out."""

import dataclasses
import functools
import os
import sys
from pathlib import Path

import click

from dbdgan_tf.cli.options import (
    MAX_MEGAPIXELS,
    Detectors,
    NumberRange,
    count_threads,
    max_megapixels_option,
    model_option,
    quiet_option,
    scale_option,
    threads_option,
)

STREAM = "-"


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
    overwrite: bool = False
    quiet: bool = False


@click.command("map", short_help="Blur maps of photographs.")
@click.argument("sources", metavar="IN...", nargs=-1, required=True)
@click.argument("output", metavar="OUT")
@click.option(
    "--format",
    type=click.Choice(["map", "mask", "overlay", "side-by-side"]),
    default="map",
    show_default=True,
    help="8-bit map; black and white mask; the photo under its map, the focus outlined; photo and map.",
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
    "--max-side", type=click.IntRange(1), help="Longest side of the output, px.  [default: the photo's]"
)
@max_megapixels_option
@model_option
@threads_option
@scale_option
@click.option("--overwrite", is_flag=True, help="Make outputs again that exist already.")
@quiet_option
def command(**options):
    """Finds the blur in photographs IN (files, folders, globs; - is stdin) and writes it to OUT.

    White is blurred. OUT is a file for one photograph, else a folder with the tree of IN; - is stdout.
    Outputs that exist are skipped, so that an interrupted run goes on where it was.

    \b
    dbdgan map photo.jpg map.png
    dbdgan map photos/ maps/ --format mask --conservative --white focus
    cat photo.jpg | dbdgan map - - > map.png
    """  # noqa: D301
    return run(MapConfig(**options))


def run(config):
    """Maps photographs.

    Args:
        config: A `MapConfig`.

    Returns:
        The exit code: 0, or 1 if some failed.

    Raises:
        click.UsageError: If input and output do not fit each other.
        OSError: If there is no room for the output.
    """
    if config.output == STREAM or config.sources == (STREAM,):
        return _run_one(config)
    if STREAM in config.sources:
        raise click.UsageError("- (stdin) cannot be combined with other photographs.")
    single = len(config.sources) == 1 and os.path.isfile(config.sources[0])
    to_folder = config.output.endswith(("/", os.sep)) or os.path.isdir(config.output)
    return _run_one(config) if single and not to_folder else _run_many(config)


def _run_one(config):
    """One photograph: all threads go into the model, and the output's extension tells its format."""
    from dbdgan_tf.cli.pipeline import Failures, explain

    if len(config.sources) != 1 or (config.sources[0] != STREAM and os.path.isdir(config.sources[0])):
        raise click.UsageError("Only one photograph fits into one output; give a folder as OUT.")
    source = config.sources[0]
    ending = _ending_for(config)
    _refuse_own_input(source, config.output)
    if config.output != STREAM and Path(config.output).is_file() and not config.overwrite:
        click.echo(f"{config.output} exists; --overwrite makes it again.", err=True)
        return 0
    detectors = Detectors(config.model, config.scale, count_threads(config.threads))
    try:
        content = _make(config, detectors, _read_stdin() if source == STREAM else Path(source), ending)
    except (ValueError, MemoryError) as error:
        failures = Failures([("stdin" if source == STREAM else source, explain(error))])
        return failures.report(1)
    _write_one(config.output, content)
    return 0


def _run_many(config):
    from dbdgan_tf.cli.photo_search import find_photos, plan_outputs
    from dbdgan_tf.cli.pipeline import Failures, progress_bar, run_in_threads
    from dbdgan_tf.cli.rendering import ENDINGS

    folder = Path(config.output)
    _check_folder(folder, config.sources)
    found = find_photos(config.sources, exclude=folder)
    failures = Failures(found.problems)
    planned = list(zip(found.photos, plan_outputs(found.photos, folder, ENDINGS[config.format]), strict=True))
    waiting = [pair for pair in planned if config.overwrite or not _is_finished(pair[1])]
    threads = min(count_threads(config.threads), max(1, len(waiting)))
    work = functools.partial(
        _map_photo, config, Detectors(config.model, config.scale), ENDINGS[config.format]
    )
    outcomes = run_in_threads(waiting, work, threads)
    for (photo, _), outcome in progress_bar(outcomes, len(waiting), "photos", config.quiet):
        if isinstance(outcome, Exception):
            failures.add(photo.path, outcome)
    skipped = len(planned) - len(waiting)
    done = len(planned) + len(found.problems) - skipped - len(failures.reasons)
    if not config.quiet:
        click.echo(
            f"{done} written to {config.output}" + f", {skipped} were there already" * bool(skipped), err=True
        )
    if not planned and not failures.reasons:
        failures.reasons.append((config.sources[0], "holds no photograph"))
    return failures.report(len(planned) + len(found.problems) or 1)


def _map_photo(config, detectors, ending, pair):
    from dbdgan_tf.atomic_file import write_bytes

    photo, output = pair
    _refuse_own_input(photo.path, output)
    write_bytes(output, _make(config, detectors, photo.path, Path(ending).suffix or ending))


def _make(config, detectors, source, ending):
    """Bytes of the output for one photograph: a path, or the bytes of a file."""
    from dbdgan_tf.cli.rendering import QUALITY, Rendering
    from dbdgan_tf.photo import encode, load_photo

    rendering = Rendering(config.format, config.threshold, config.conservative, config.white, config.max_side)
    photo = load_photo(source, _pixels_needed(rendering, detectors), config.max_megapixels * 1e6)
    return encode(rendering.draw(detectors.find_blur(photo.pixels), photo), ending, QUALITY)


def _pixels_needed(rendering, detectors):
    """What the photo's shorter side must keep; None if every pixel counts."""
    if detectors.scale == "native" or (rendering.needs_photo and not rendering.max_side):
        return None
    return max(*detectors.image_size, rendering.max_side if rendering.needs_photo else 0)


def _ending_for(config):
    from dbdgan_tf.cli.rendering import ENDINGS
    from dbdgan_tf.photo import IMAGE_SUFFIXES

    if config.output == STREAM:
        return ".png"
    ending = Path(config.output).suffix.lower()
    if ending not in IMAGE_SUFFIXES:
        allowed = ", ".join(IMAGE_SUFFIXES)
        raise click.UsageError(
            f"OUT has no known extension. Received: {config.output}. Allowed: {allowed}, or a folder "
            f"(ending in /), where the name becomes ...{ENDINGS[config.format]}."
        )
    return ending


def _refuse_own_input(source, output):
    if output == STREAM or source == STREAM or not os.path.exists(output):
        return
    if os.path.exists(source) and os.path.samefile(source, output):
        raise ValueError(f"the output {output} would replace the photograph itself")


def _check_folder(folder, sources):
    """A folder of maps amid the photographs would mix them, and replace photographs that are .png."""
    for source in sources:
        if os.path.isdir(source) and os.path.exists(folder) and os.path.samefile(source, folder):
            raise click.UsageError(f"OUT must be another folder than IN. Received: {folder} twice.")
    folder.mkdir(parents=True, exist_ok=True)


def _is_finished(output):
    # Outputs are renamed into place whole; only a power cut can leave an empty one.
    return output.is_file() and output.stat().st_size > 0


def _read_stdin():
    return sys.stdin.buffer.read()


def _write_one(output, content):
    from dbdgan_tf.atomic_file import write_bytes
    from dbdgan_tf.cli.pipeline import is_disk_full

    try:
        if output == STREAM:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            write_bytes(output, content)
    except OSError as error:
        if is_disk_full(error):
            raise OSError(error.errno, f"there is no room left for the output ({error.strerror})") from error
        raise
