"""`dbdgan score`: how sharp photographs are, printed, sorted into folders or written as ratings."""

import dataclasses
import functools
import os
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
    threads_option,
)


@dataclasses.dataclass(frozen=True)
class ScoreConfig:
    """What to score and what to do with it; see the options."""

    sources: tuple
    format: str = "table"
    output: str | None = None
    roi: tuple | None = None
    sharp_from: float = 0.5
    sort_into: str | None = None
    sort_by: str = "copy"
    dry_run: bool = False
    xmp: bool = False
    max_megapixels: float = MAX_MEGAPIXELS
    model: str = "lite"
    threads: int | None = None
    quiet: bool = False


def _parse_roi(context, parameter, text):
    if text is None:
        return None
    try:
        numbers = tuple(float(number) for number in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 4:
        raise click.BadParameter(f"four numbers x,y,w,h. Received: {text}.")
    return numbers


@click.command("score", short_help="How sharp are these photographs?")
@click.argument("sources", metavar="PATHS...", nargs=-1, required=True)
@click.option("--format", type=click.Choice(["table", "csv", "jsonl"]), default="table", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Where to write the scores.  [default: stdout]")
@click.option(
    "--roi",
    metavar="X,Y,W,H",
    callback=_parse_roi,
    help="Where the subject is: px, or shares if none exceeds 1.",
)
@click.option(
    "--sharp-from",
    type=NumberRange(0, 1),
    default=0.5,
    show_default=True,
    help="Subject focus from which a photograph counts as sharp.",
)
@click.option(
    "--sort-into", metavar="DIR", help="Put the photographs into DIR/sharp, DIR/soft, DIR/uncertain."
)
@click.option("--sort-by", type=click.Choice(["copy", "link", "move"]), default="copy", show_default=True)
@click.option("--dry-run", is_flag=True, help="Say what --sort-into and --xmp would do, and do nothing.")
@click.option("--xmp", is_flag=True, help="Write ratings (1 to 5 stars) as .xmp sidecars.")
@max_megapixels_option
@model_option
@threads_option
@quiet_option
def command(**options):
    """Scores the sharpness of photographs (files, folders, globs), whatever their resolution.

    In focus: share of the photo. Sharpness: of its sharpest region, 1 is best. Subject: focus of the likely
    subject or of --roi; a soft background costs nothing. Flat pictures are marked uncertain.
    """
    return run(ScoreConfig(**options))


def run(config):
    """Scores photographs.

    Args:
        config: A `ScoreConfig`.

    Returns:
        The exit code: 0, or 1 if some failed.
    """
    from dbdgan_tf.cli.photo_search import find_photos, plan_outputs
    from dbdgan_tf.cli.pipeline import Failures, progress_bar, run_in_threads

    found = find_photos(config.sources, exclude=config.sort_into)
    failures = Failures(found.problems)
    sidecars = dict(
        zip(found.photos, _beside(plan_outputs(found.photos, "", ".xmp"), found.photos), strict=True)
    )
    threads = min(count_threads(config.threads), max(1, len(found.photos)))
    work = functools.partial(_score, config, Detectors(config.model))
    outcomes = run_in_threads(found.photos, work, threads)
    with _Report(config) as report:
        for photo, outcome in progress_bar(
            outcomes, len(found.photos), "photos", config.quiet or report.on_terminal
        ):
            try:
                if isinstance(outcome, Exception):
                    raise outcome
                report.add(photo, outcome)
                _act(config, photo, outcome, sidecars[photo])
            # Whatever it was, the other photographs still have their turn.
            except Exception as error:
                failures.add(photo.path, error)
    if not found.photos and not failures.reasons:
        failures.reasons.append((config.sources[0], "holds no photograph"))
    return failures.report(len(found.photos) + len(found.problems) or 1)


def _score(config, detectors, photo):
    from dbdgan_tf.cli.scoring import STANDARD_SIDE, relative_roi, score_photo
    from dbdgan_tf.photo import load_photo

    loaded = load_photo(photo.path, max(*detectors.image_size, STANDARD_SIDE), config.max_megapixels * 1e6)
    roi = relative_roi(config.roi, loaded.full_size) if config.roi else None
    return score_photo(loaded.pixels, detectors.find_blur(loaded.pixels), roi)


def _beside(planned, photos):
    """The planned names of outputs, each next to its photograph."""
    return [photo.path.with_name(path.name) for path, photo in zip(planned, photos, strict=True)]


def _act(config, photo, score, sidecar):
    from dbdgan_tf.cli.pipeline import printable
    from dbdgan_tf.cli.sorting import put
    from dbdgan_tf.cli.xmp import write_sidecar

    problem = None
    if config.xmp and config.dry_run:
        click.echo(f"would write {printable(sidecar)}", err=True)
    elif config.xmp:
        try:
            write_sidecar(sidecar, score, config.sharp_from)
        except ValueError as error:
            problem = error
    if config.sort_into:
        folder = Path(config.sort_into) / score.verdict(config.sharp_from)
        target = put(photo, folder, config.sort_by, config.dry_run)
        if config.dry_run:
            click.echo(f"would {config.sort_by} {printable(photo.path)} to {printable(target)}", err=True)
    if problem is not None:
        raise problem


class _Report:
    """Prints lines as they come, or collects them in a file that appears whole."""

    def __init__(self, config):
        self._config, self._file, self._replacing = config, None, None
        self.on_terminal = config.output is None and os.isatty(1)

    def __enter__(self):
        from dbdgan_tf.atomic_file import replacing
        from dbdgan_tf.cli.score_output import header

        if self._config.output is not None:
            self._replacing = replacing(self._config.output)
            self._file = open(self._replacing.__enter__(), "w", encoding="utf-8", newline="\n")
        first = header(self._config.format)
        if first:
            self._write(first)
        return self

    def add(self, photo, score):
        from dbdgan_tf.cli.score_output import row

        self._write(row(self._config.format, photo.path, score, self._config.sharp_from))

    def __exit__(self, *reason):
        if self._file is not None:
            self._file.close()
            self._replacing.__exit__(*reason)

    def _write(self, line):
        click.echo(line, file=self._file)
