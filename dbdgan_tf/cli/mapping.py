"""What `dbdgan map` does: one photograph into one file or stream, or many into a folder."""

import functools
import glob
import os
import sys
from pathlib import Path

import click

from dbdgan_tf.atomic_file import write_bytes
from dbdgan_tf.cli import origin
from dbdgan_tf.cli.options import count_threads, open_detectors
from dbdgan_tf.cli.pipeline import Failures, progress_bar, run_in_threads
from dbdgan_tf.inference.rendering import ENDINGS, Rendering, map_photo
from dbdgan_tf.photo import IMAGE_SUFFIXES
from dbdgan_tf.photo.errors import explain
from dbdgan_tf.photo.search import find_photos

STREAM = "-"


def run(config):
    """Maps photographs as the options of `dbdgan map` say; the exit code: 0, or 1 if some failed."""
    source, *others = config.sources
    drawing = config.format, config.threshold, config.conservative, config.white, config.max_side
    config.rendering = Rendering(*drawing)
    is_file = os.path.lexists(source) and not os.path.isdir(source)
    if config.output == STREAM or config.sources == (STREAM,):
        if others or (source != STREAM and os.path.isdir(source)):
            raise click.UsageError("Only one photograph fits into one output; give a folder as OUT.")
        return _run_one(config, source)
    if STREAM in config.sources:
        raise click.UsageError("- (stdin) cannot be combined with other photographs.")
    to_folder = config.output.endswith(("/", os.sep)) or os.path.isdir(config.output)
    return _run_one(config, source) if is_file and not (others or to_folder) else _run_many(config, to_folder)


def _run_one(config, source):
    ending = _ending_for(config)
    _refuse_own_input(source, config.output)
    detectors = open_detectors(config.model, config.scale, count_threads(config.threads))
    settings = _settings(config, detectors)
    if not config.overwrite and os.path.isfile(config.output):
        return _tell_existing(source, config.output, settings)
    try:
        content = _make(config, detectors, sys.stdin.buffer.read() if source == STREAM else source, ending)
    except (ValueError, MemoryError) as error:
        return Failures([("stdin" if source == STREAM else source, explain(error))]).report(1)
    if config.output == STREAM:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    if source != STREAM:
        content = origin.with_origin(content, source, settings)
    write_bytes(config.output, content, follow=True)
    return 0


def _tell_existing(source, output, settings):
    found = origin.read_origin(output)
    finished = source != STREAM and found and found.settings == settings and found.describes(source)
    why = "" if finished else " and was not made from this photograph with these options"
    click.echo(f"{output} exists{why}; --overwrite makes it again.", err=True)
    return 0 if finished else 1


def _run_many(config, to_folder):
    folder = Path(config.output)
    _check_folder(folder, config.sources, to_folder)
    found = find_photos(config.sources, folder, follow_links=config.follow_links)
    failures = Failures(found.problems)
    detectors = open_detectors(config.model, config.scale)
    settings, ending = _settings(config, detectors), ENDINGS[config.format]
    planned = origin.plan(found.photos, folder, ending, settings)
    waiting = [place for place in planned if config.overwrite or _is_waiting(place, failures)]
    total = len(planned) + len(found.problems)
    skipped = total - len(waiting) - len(failures.reasons)
    threads = min(count_threads(config.threads), max(1, len(waiting)))
    work = functools.partial(_map_photo, config, detectors, settings, ending)
    outcomes = run_in_threads(waiting, work, threads)
    for (photo, *_), outcome in progress_bar(outcomes, len(waiting), "photos", config.quiet):
        if isinstance(outcome, Exception):
            failures.add(photo.path, outcome)
    if not config.quiet:
        there = f", {skipped} were there already" * bool(skipped)
        done = total - skipped - len(failures.reasons)
        click.echo(f"{done} written to {config.output}{there}", err=True)
    for note in found.notes:
        click.echo(note, err=True)
    if not total:
        failures.reasons.append((config.sources[0], "holds no photograph"))
    return failures.report(total or 1)


def _is_waiting(place, failures):
    photo, output, state = place
    if state is origin.UNKNOWN:
        reason = f"{output} is there and was not made by dbdgan; --overwrite replaces it"
        failures.reasons.append((photo.path, reason))
    return state is origin.WAITING


def _settings(config, detectors):
    return origin.checksum(repr((config.rendering, config.scale, detectors.model_checksum())))


def _map_photo(config, detectors, settings, ending, place):
    photo, output = place[0], Path(place[1])
    _refuse_own_input(photo.path, output)
    if not output.parent.resolve().is_relative_to(Path(config.output).resolve()):
        raise ValueError(f"a link leads its output out of the folder, to {output.parent.resolve()}")
    content = _make(config, detectors, photo.path, Path(ending).suffix or ending)
    write_bytes(output, origin.with_origin(content, photo.path, settings))


def _make(config, detectors, source, ending):
    return map_photo(source, detectors, config.rendering, ending, config.max_megapixels * 1e6)


def _ending_for(config):
    ending = ".png" if config.output == STREAM else Path(config.output).suffix.lower()
    if ending not in IMAGE_SUFFIXES:
        raise click.UsageError(
            f"OUT has no known extension. Received: {config.output}. Allowed: {', '.join(IMAGE_SUFFIXES)}, "
            f"or a folder (ending in /), where the name becomes ...{ENDINGS[config.format]}."
        )
    return ending


def _refuse_own_input(source, output):
    if all(path != STREAM and os.path.exists(path) for path in (source, output)):
        if os.path.samefile(source, output):
            raise ValueError(f"the output {output} would replace the photograph itself")


def _check_folder(folder, sources, to_folder):
    """A folder of maps amid the photographs would mix them, and replace photographs that are .png."""
    for source in sources:
        if os.path.isdir(source) and os.path.exists(folder) and os.path.samefile(source, folder):
            raise click.UsageError(f"OUT must be another folder than IN. Received: {folder} twice.")
    if not to_folder and (os.path.lexists(folder) or folder.suffix.lower() in IMAGE_SUFFIXES):
        if len(sources) == 1 and not os.path.isdir(sources[0]) and not glob.has_magic(sources[0]):
            raise ValueError(f"{sources[0]}: does not exist")
        raise click.UsageError(
            f"Several photographs go into a folder. Received: {folder}, a file. Allowed: {folder}/ or a name "
            "without extension."
        )
