"""`dbdgan score`: how sharp photographs are, printed, sorted into folders or written as ratings."""

import dataclasses
import functools
import os
from pathlib import Path

import click

from dbdgan_tf.cli.options import (
    MAX_MEGAPIXELS,
    count_threads,
    max_megapixels_option,
    model_option,
    open_detectors,
    quiet_option,
    threads_option,
)
from dbdgan_tf.cli.score_output import FIELDS, Row, header, line, ordered


@dataclasses.dataclass(frozen=True)
class ScoreConfig:
    """What to score and what to do with it; see the options."""

    sources: tuple
    format: str = "table"
    output: str | None = None
    roi: tuple | None = None
    sharp_at: int = 2048
    sort_by: str | None = None
    top: int | None = None
    sort_into: str | None = None
    transfer: str = "copy"
    dry_run: bool = False
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
    "--sharp-at",
    type=click.IntRange(1),
    default=2048,
    show_default=True,
    metavar="PX",
    help="Long side at which a photograph must be sharp to be called so; smaller ones at their own.",
)
@click.option(
    "--sort-by", type=click.Choice(FIELDS), metavar="COLUMN", help="Best first, once all are scored."
)
@click.option(
    "--top", type=click.IntRange(1), metavar="N", help="Only the N best (by sharpness if not told)."
)
@click.option(
    "--sort-into", metavar="DIR", help="Put the photographs into DIR/sharp, DIR/soft, DIR/uncertain."
)
@click.option(
    "--transfer",
    type=click.Choice(["copy", "link", "move"]),
    default="copy",
    show_default=True,
    help="How --sort-into puts them there.",
)
@click.option("--dry-run", is_flag=True, help="Say what --sort-into and --xmp would do, and do nothing.")
@click.option("--xmp", is_flag=True, help="Write ratings (1 to 5 stars) as .xmp sidecars.")
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
    from dbdgan_tf.cli.pipeline import Failures, progress_bar, run_in_threads
    from dbdgan_tf.photo.search import find_photos, plan_outputs

    found = find_photos(config.sources, exclude=config.sort_into)
    failures = Failures(found.problems)
    sidecars = dict(
        zip(found.photos, _beside(plan_outputs(found.photos, "", ".xmp"), found.photos), strict=True)
    )
    threads = min(count_threads(config.threads), max(1, len(found.photos)))
    work = functools.partial(_score, config, open_detectors(config.model))
    outcomes = run_in_threads(found.photos, work, threads)
    with _Report(config) as report:
        late = config.sort_by or config.top
        quiet = config.quiet or (report.on_terminal and not late)
        rows = progress_bar(_rows(outcomes, failures), len(found.photos), "photos", quiet)
        for row in ordered(rows, config.sort_by or "sharpness")[: config.top] if late else rows:
            try:
                report.add(row)
                if row.score:
                    _act(config, row.photo, row.score, sidecars[row.photo])
            # Whatever it was, the other photographs still have their turn.
            except Exception as error:
                failures.add(row.photo.path, error)
    if not found.photos and not failures.reasons:
        failures.reasons.append((config.sources[0], "holds no photograph"))
    return failures.report(len(found.photos) + len(found.problems) or 1)


def _score(config, detectors, photo):
    from dbdgan_tf.sharpness.measuring import measure

    return measure(photo.path, detectors, config.roi, config.sharp_at, config.max_megapixels * 1e6).score


def _rows(outcomes, failures):
    from dbdgan_tf.photo.errors import explain

    for photo, outcome in outcomes:
        if isinstance(outcome, Exception):
            failures.add(photo.path, outcome)
            yield Row(photo, error=explain(outcome))
        else:
            yield Row(photo, outcome)


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
            write_sidecar(sidecar, score, config.sharp_at)
        except ValueError as error:
            problem = error
    if config.sort_into:
        folder = Path(config.sort_into) / score.verdict
        target = put(photo, folder, config.transfer, config.dry_run)
        if config.dry_run:
            click.echo(f"would {config.transfer} {printable(photo.path)} to {printable(target)}", err=True)
    if problem is not None:
        raise problem


class _Report:
    """Prints lines as they come, or collects them in a file that appears whole."""

    def __init__(self, config):
        self._config, self._file, self._replacing = config, None, None
        self.on_terminal = config.output is None and os.isatty(1)

    def __enter__(self):
        from dbdgan_tf.atomic_file import replacing

        if self._config.output is not None:
            self._replacing = replacing(self._config.output)
            self._file = open(self._replacing.__enter__(), "w", encoding="utf-8", newline="\n")
        first = header(self._config.format)
        if first:
            self._write(first)
        return self

    def add(self, row):
        text = line(self._config.format, row)
        if text is not None:
            self._write(text)

    def __exit__(self, *reason):
        if self._file is not None:
            self._file.close()
            self._replacing.__exit__(*reason)

    def _write(self, line):
        click.echo(line, file=self._file)
