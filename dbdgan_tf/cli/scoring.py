"""What `dbdgan score` does: photographs measured in threads, their rows written, acted on and kept."""

import contextlib
import functools
import itertools
import os
import sys
from pathlib import Path

import click

from dbdgan_tf.atomic_file import replacing
from dbdgan_tf.cli.contact_sheet import contact_sheet, pictures
from dbdgan_tf.cli.journal import file_facts, journal
from dbdgan_tf.cli.options import count_threads, open_detectors
from dbdgan_tf.cli.pipeline import Failures, printable, progress_bar, run_in_threads
from dbdgan_tf.cli.score_output import Row, header, line, mark_bursts, ordered
from dbdgan_tf.cli.sorting import put, without_raw_twins
from dbdgan_tf.cli.xmp import write_sidecar
from dbdgan_tf.photo.errors import explain
from dbdgan_tf.photo.reading import read_time
from dbdgan_tf.photo.search import FoundPhoto, find_photos, plan_outputs
from dbdgan_tf.sharpness.score import measure
from dbdgan_tf.text_file import read_text


def run(config):
    """Scores photographs as the options of `dbdgan score` say; the exit code: 0, or 1 if some failed."""
    if not config.sources and config.files_from is None:
        raise click.UsageError("Give photographs: PATHS, or --files-from LIST.")
    if config.output == "-":
        config.output = None
    sources = (*config.sources, *_listed(config.files_from))
    found = find_photos(sources, exclude=config.sort_into, follow_links=config.follow_links)
    failures = Failures(found.problems)
    photos, detectors = without_raw_twins(found.photos), open_detectors(config.model)
    late = config.sort_by or config.top or config.group_seconds is not None
    deciding = vars(config) | {"threads": None, "quiet": False, "format": ""}
    # Sorted, as click gives options in the order in which they were typed.
    settings = f"{detectors.model_checksum()} {sorted(deciding.items())}"
    with journal(config.output, settings) as (earlier, keep), _report(config) as report:
        done = {row.photo.path for row in earlier}
        waiting = [photo for photo in photos if photo.path not in done]
        threads = min(count_threads(config.threads), max(1, len(waiting)))
        outcomes = run_in_threads(waiting, functools.partial(_score, config, detectors), threads)
        quiet = config.quiet or (config.output is None and os.isatty(1) and not late)
        fresh = progress_bar(_rows(outcomes, failures, keep), len(waiting), "photos", quiet)
        absent = [Row(FoundPhoto(path, path), error=reason) for path, reason in found.problems]
        beside = plan_outputs(photos, "", ".xmp") if config.xmp or config.sort_into else ()
        sidecars = {photo.path: photo.path.with_name(path.name) for photo, path in zip(photos, beside)}
        rows = itertools.chain(absent, earlier, fresh)
        for row in _in_order(config, rows) if late else rows:
            try:
                report(row)
                _act(config, sidecars, row)
            # Whatever it was, the other photographs still have their turn.
            except Exception as error:
                failures.add(row.photo.path, error)
    for note in found.notes:
        click.echo(note, err=True)
    if not photos and not earlier and not failures.reasons:
        failures.reasons.append((sources[0] if sources else config.files_from, "holds no photograph"))
    return failures.report(len(photos) + len(found.problems) or 1)


def _listed(files_from):
    if files_from is None:
        return []
    text = sys.stdin.read() if files_from == "-" else read_text(files_from)
    return [name for name in text.splitlines() if name.strip()]


def _score(config, detectors, photo):
    facts = file_facts(photo.path)
    measured = measure(photo.path, detectors, config.roi, config.sharp_at, config.max_megapixels * 1e6)
    taken = None if config.group_seconds is None else read_time(photo.path)
    shown = pictures(measured, config.roi) if config.html else None
    return Row(photo, measured.score, taken=taken, pictures=shown, file=facts)


def _rows(outcomes, failures, keep):
    """The rows, kept before they are acted on: what is done twice is as if done once."""
    for photo, outcome in outcomes:
        if isinstance(outcome, Exception):
            failures.add(photo.path, outcome)
            outcome = Row(photo, error=explain(outcome))
        keep(outcome)
        yield outcome


def _in_order(config, rows):
    if config.group_seconds is not None:
        rows = mark_bursts(list(rows), config.group_seconds)
    if config.sort_by or config.top:
        rows = ordered(rows, config.sort_by or "sharpness")[: config.top]
    return rows


def _act(config, sidecars, row):
    photo, problem = row.photo, None
    # One that is gone was moved before this run's earlier half was stopped.
    if not row.score or photo.path not in sidecars or not os.path.lexists(photo.path):
        return
    sidecar = sidecars[photo.path]
    if config.xmp and config.dry_run:
        click.echo(f"would write {printable(sidecar)}", err=True)
    elif config.xmp:
        try:
            write_sidecar(sidecar, row.score, config.sharp_at)
        except ValueError as error:
            problem = error
    if config.sort_into:
        folder = Path(config.sort_into) / ("best" if row.best else row.score.verdict)
        target = put(photo, folder, config.transfer, config.dry_run)
        if config.dry_run:
            click.echo(f"would {config.transfer} {printable(photo.path)} to {printable(target)}", err=True)
    if problem is not None:
        raise problem


@contextlib.contextmanager
def _report(config):
    """Gives a function that prints a `Row`, or puts it into a file that appears whole; and onto the sheet."""
    with contextlib.ExitStack() as stack:
        file, by_group = None, config.group_seconds is not None
        if config.output is not None:
            partial = stack.enter_context(replacing(config.output, follow=True))
            file = stack.enter_context(open(partial, "w", encoding="utf-8", newline="\n"))
        add_card = stack.enter_context(contact_sheet(config.html))

        def write(text):
            if text is not None:
                # In colour, so that no byte of a name is taken out; the table's names hold no commands.
                click.echo(text, file=file, color=True)

        def report(row):
            write(line(config.format, row, by_group))
            add_card(row)

        write(header(config.format, by_group))
        yield report
