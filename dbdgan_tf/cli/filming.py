"""What `dbdgan video` does: the frames of films measured in threads, and the files of each film."""

import contextlib
import csv
import functools
import itertools
from pathlib import Path

import click
import cv2

from dbdgan_tf.atomic_file import replacing, write_bytes
from dbdgan_tf.cli.blur_plot import draw_plot, read_columns
from dbdgan_tf.cli.options import count_threads, open_detectors
from dbdgan_tf.cli.origin import read_note, with_note
from dbdgan_tf.cli.pipeline import Failures, progress_bar, run_in_threads
from dbdgan_tf.inference.rendering import QUALITY, Rendering
from dbdgan_tf.photo import Photo, encode
from dbdgan_tf.photo.film import FilmWriter, read_facts, read_frames
from dbdgan_tf.sharpness import score_pixels

FIELDS = ("frame", "seconds", "blur_share", "in_focus", "sharpness", "edge_px", "blur", "verdict")


def run(config):
    """Measures films, one after the other; the exit code: 0, or 1 if one ended early or could not be read."""
    failures, detectors = Failures(), open_detectors(config.model)
    for film, folder in zip(config.films, _folders(config), strict=True):
        try:
            _run_one(config, film, folder, detectors)
        except (ValueError, RuntimeError, OSError) as error:
            failures.add(film, error)
    return failures.report(len(config.films))


def _folders(config):
    films = [Path(film) for film in config.films]
    if not config.output_dir:
        return [film.with_name(film.stem + "_blur") for film in films]
    if len(films) == 1:
        return [Path(config.output_dir)]
    stems = [film.stem for film in films]
    names = [film.stem if stems.count(film.stem) == 1 else film.name for film in films]
    if len(set(names)) < len(names):
        raise click.UsageError("Films of the same name need an --output-dir each; give them one by one.")
    return [Path(config.output_dir) / name for name in names]


def _run_one(config, film, folder, detectors):
    facts, sharpest, count = read_facts(film), _Sharpest(config.window, folder / "sharpest"), 0
    work = functools.partial(_measure, config, detectors)
    outcomes = run_in_threads(read_frames(film, config.every), work, count_threads(config.threads), ahead=2)
    total = facts.frames and -(-facts.frames // config.every)
    with contextlib.closing(outcomes):
        # Before any file is made: what cannot be decoded leaves no empty folder behind.
        first = next(outcomes, None)
        if first is None:
            raise ValueError(f"holds no frame that can be read ({facts.codec})")
        with _files(config, folder, facts.frames_per_second / config.every) as (table, overlay_film):
            every = progress_bar(itertools.chain([first], outcomes), total, "frames", config.quiet)
            for _, outcome in every:
                if isinstance(outcome, Exception):
                    raise outcome
                frame, score, overlay = outcome
                table.writerow(_row(frame, score))
                if overlay_film is not None:
                    overlay_film.add(overlay)
                sharpest.add(frame, score)
                count += 1
            sharpest.save()
    sharpest.forget_older_frames()
    with replacing(folder / "blur.png") as partial:
        draw_plot(*read_columns(folder / "frames.csv"), sharpest.saved.values()).save(partial)
    click.echo(f"{count} frames measured, {len(sharpest.saved)} saved; see {folder}", err=True)
    if total and count < 0.95 * total:
        raise ValueError(f"ended early: {count} of {total} frames could be read")


def _measure(config, detectors, frame):
    blur_map, overlay = detectors.find_blur(frame.pixels), None
    if config.overlay:
        photo = Photo(frame.pixels, frame.pixels.shape[:2])
        overlay = Rendering("overlay", max_side=config.max_side).draw(blur_map, photo)
    return frame, score_pixels(cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY), blur_map), overlay


@contextlib.contextmanager
def _files(config, folder, rate):
    with contextlib.ExitStack() as stack:
        partial = stack.enter_context(replacing(folder / "frames.csv"))
        table = csv.writer(stack.enter_context(open(partial, "w", newline="", encoding="utf-8")))
        table.writerow(FIELDS)
        overlay = folder / "overlay.mp4"
        yield table, stack.enter_context(FilmWriter(overlay, rate)) if config.overlay else None


def _row(frame, score):
    numbers = (frame.seconds, 1 - score.in_focus, score.in_focus, score.sharpness)
    edge = "" if score.edge_px is None else f"{score.edge_px:.2f}"
    return [frame.number, *(f"{number:.4f}" for number in numbers), edge, score.blur, score.verdict]


class _Sharpest:
    """Saves the sharpest frame of every window of so many seconds; 0 saves none."""

    def __init__(self, window, folder):
        self._window, self._folder, self._best = window, folder, None
        # Path -> time in the film, s.
        self.saved = {}

    def add(self, frame, score):
        if not self._window:
            return
        # In focus over as much of the frame as possible; motion blur widens edges as well.
        rank = score.sharpness * (0.5 + 0.5 * score.in_focus)
        window = int((frame.seconds + 1e-9) / self._window)
        if self._best is not None and window != self._best[0]:
            self.save()
        if self._best is None or rank > self._best[1]:
            self._best = (window, rank, frame)

    def save(self):
        if self._best is not None:
            frame, self._best = self._best[2], None
            path = self._folder / f"frame_{frame.number:07d}.jpg"
            write_bytes(path, with_note(encode(frame.pixels, ".jpg", QUALITY), {"frame": frame.number}))
            self.saved[path] = frame.seconds

    def forget_older_frames(self):
        """Removes what an earlier run of other windows saved; only files that say that they are ours."""
        for path in self._folder.glob("frame_*.jpg"):
            if path not in self.saved and read_note(path):
                path.unlink()
