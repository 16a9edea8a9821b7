"""`dbdgan video`: the blur of a film, frame by frame, and the sharpest frame of each window."""

import contextlib
import csv
import dataclasses
import functools
import itertools
from pathlib import Path

import click

from dbdgan_tf.cli.options import (
    NumberRange,
    count_threads,
    model_option,
    open_detectors,
    quiet_option,
    threads_option,
)

FIELDS = ("frame", "seconds", "blur_share", "in_focus", "sharpness", "edge_px", "blur", "verdict")


@dataclasses.dataclass(frozen=True)
class VideoConfig:
    """What to read and what to write; see the options."""

    films: tuple
    output_dir: str | None = None
    window: float = 1.0
    every: int = 1
    overlay: bool = False
    max_side: int = 1280
    model: str = "lite"
    threads: int | None = None
    quiet: bool = False


@click.command("video", short_help="Blur of a film, frame by frame.")
@click.argument("films", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--output-dir",
    "-o",
    metavar="DIR",
    help="Where to write; of several films, a folder each in it.  [default: FILE's name + _blur]",
)
@click.option(
    "--window",
    type=NumberRange(min=0),
    default=1.0,
    show_default=True,
    help="Save the sharpest frame of every so many seconds; 0 saves none.",
)
@click.option("--every", type=click.IntRange(1), default=1, show_default=True, help="Look at each nth frame.")
@click.option("--overlay", is_flag=True, help="Write the film under its blur map as overlay.mp4.")
@click.option(
    "--max-side",
    type=click.IntRange(16),
    default=1280,
    show_default=True,
    help="Longest side of the overlay film, px.",
)
@model_option
@threads_option
@quiet_option
def command(**options):
    """Measures the blur of films: frames.csv, blur.png (a plot), sharpest/ and, if asked for, overlay.mp4.

    Memory stays constant however long the film is.
    """
    return run(VideoConfig(**options))


@dataclasses.dataclass(frozen=True, eq=False)
class _Measured:
    frame: object
    score: object
    overlay: object = None


def run(config):
    """Measures films, one after the other; the exit code: 0, or 1 if one ended early or could not be read."""
    from dbdgan_tf.cli.pipeline import Failures

    failures, detectors = Failures(), open_detectors(config.model)
    for film, folder in zip(config.films, _folders(config), strict=True):
        try:
            _run_one(config, film, folder, detectors)
        except (ValueError, RuntimeError, OSError) as error:
            failures.add(film, error)
    return failures.report(len(config.films))


def _folders(config):
    """Where each film's files go; films of one name are told apart."""
    films = [Path(film) for film in config.films]
    if not config.output_dir:
        return [film.with_name(film.stem + "_blur") for film in films]
    if len(films) == 1:
        return [Path(config.output_dir)]
    stems = [film.stem for film in films]
    names = [film.stem if stems.count(film.stem) == 1 else film.name for film in films]
    places = [Path(config.output_dir) / name for name in names]
    if len(set(places)) < len(places):
        raise click.UsageError("Films of the same name need an --output-dir each; give them one by one.")
    return places


def _run_one(config, film, folder, detectors):
    from dbdgan_tf.cli.pipeline import progress_bar, run_in_threads
    from dbdgan_tf.photo.film import read_facts, read_frames

    facts = read_facts(film)
    work = functools.partial(_measure, config, detectors)
    outcomes = run_in_threads(read_frames(film, config.every), work, count_threads(config.threads), ahead=2)
    total = facts.frames and -(-facts.frames // config.every)
    with contextlib.closing(outcomes):
        # Before any file is made: what cannot be decoded leaves no empty folder behind.
        first = next(outcomes, None)
        if first is None:
            raise ValueError(f"holds no frame that can be read ({facts.codec})")
        with _Outputs(config, folder, facts) as outputs:
            every = itertools.chain([first], outcomes)
            for _, outcome in progress_bar(every, total, "frames", config.quiet):
                if isinstance(outcome, Exception):
                    raise outcome
                outputs.add(outcome)
    outputs.forget_older_frames()
    _plot(folder, outputs)
    click.echo(f"{outputs.frames} frames measured, {len(outputs.saved)} saved; see {folder}", err=True)
    if total and outputs.frames < 0.95 * total:
        raise ValueError(f"ended early: {outputs.frames} of {total} frames could be read")


def _measure(config, detectors, frame):
    import cv2

    from dbdgan_tf.inference.rendering import Rendering
    from dbdgan_tf.photo import Photo
    from dbdgan_tf.sharpness import score_pixels

    blur_map = detectors.find_blur(frame.pixels)
    overlay = None
    if config.overlay:
        photo = Photo(frame.pixels, frame.pixels.shape[:2])
        overlay = Rendering("overlay", max_side=config.max_side).draw(blur_map, photo)
    grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)
    # Only the sharpest of a window is ever saved, so that without windows the pixels can go at once.
    kept = frame if config.window else dataclasses.replace(frame, pixels=None)
    return _Measured(kept, score_pixels(grey, blur_map), overlay)


class _Outputs:
    """The files of one film; whatever is not complete when an error comes is left out."""

    def __init__(self, config, folder, facts):
        self._config, self._folder, self._facts = config, folder, facts
        self._stack, self._best, self._film = contextlib.ExitStack(), None, None
        self.frames, self.saved = 0, {}

    def __enter__(self):
        from dbdgan_tf.atomic_file import replacing
        from dbdgan_tf.photo.film import FilmWriter

        with contextlib.ExitStack() as stack:
            partial = stack.enter_context(replacing(self._folder / "frames.csv"))
            file = stack.enter_context(open(partial, "w", newline="", encoding="utf-8"))
            self._csv = csv.writer(file)
            self._csv.writerow(FIELDS)
            if self._config.overlay:
                rate = self._facts.frames_per_second / self._config.every
                self._film = stack.enter_context(FilmWriter(self._folder / "overlay.mp4", rate))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *reason):
        if reason[0] is None:
            self._save_best()
        return self._stack.__exit__(*reason)

    def add(self, measured):
        frame, score = measured.frame, measured.score
        numbers = [frame.seconds, 1 - score.in_focus, score.in_focus, score.sharpness]
        edge = "" if score.edge_px is None else f"{score.edge_px:.2f}"
        numbers = [f"{number:.4f}" for number in numbers]
        self._csv.writerow([frame.number, *numbers, edge, score.blur, score.verdict])
        if self._film is not None:
            self._film.add(measured.overlay)
        if self._config.window:
            self._compare(measured)
        self.frames += 1

    def _compare(self, measured):
        window = int((measured.frame.seconds + 1e-9) / self._config.window)
        if self._best is not None and window != self._best[0]:
            self._save_best()
        if self._best is None or _rank(measured.score) > _rank(self._best[1].score):
            self._best = (window, measured)

    def _save_best(self):
        from dbdgan_tf.atomic_file import write_bytes
        from dbdgan_tf.cli.origin import with_note
        from dbdgan_tf.inference.rendering import QUALITY
        from dbdgan_tf.photo import encode

        if self._best is None:
            return
        frame = self._best[1].frame
        path = self._folder / "sharpest" / f"frame_{frame.number:07d}.jpg"
        write_bytes(path, with_note(encode(frame.pixels, ".jpg", QUALITY), {"frame": frame.number}))
        self.saved[path] = frame.seconds
        self._best = None

    def forget_older_frames(self):
        """Removes what an earlier run of other windows saved; only files that say that they are ours."""
        from dbdgan_tf.cli.origin import read_note

        for path in (self._folder / "sharpest").glob("frame_*.jpg"):
            if path not in self.saved and read_note(path):
                path.unlink()


def _rank(score):
    """Sharp edges in focus, over as much of the frame as possible; motion blur widens edges as well."""
    return score.sharpness * (0.5 + 0.5 * score.in_focus)


def _plot(folder, outputs):
    from dbdgan_tf.atomic_file import replacing
    from dbdgan_tf.cli.blur_plot import draw_plot, read_columns

    values, seconds = read_columns(folder / "frames.csv", outputs.frames)
    with replacing(folder / "blur.png") as partial:
        draw_plot(values, seconds, list(outputs.saved.values())).save(partial)
