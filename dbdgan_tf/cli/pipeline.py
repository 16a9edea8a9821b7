"""Photographs through threads: every core busy, a bounded number in memory, one bad file harms nothing."""

import os

import click
import cv2

from dbdgan_tf.atomic_file import is_disk_full
from dbdgan_tf.ordered_map import ordered_map
from dbdgan_tf.photo.errors import explain


def run_in_threads(items, work, threads, ahead=None):
    """As `ordered_map`, for photographs or frames: nothing that one of them does may lose the others."""
    cv2.setNumThreads(1 if threads > 1 else -1)
    # Enough that one huge photograph at the head of the queue does not idle the other threads.
    return ordered_map(work, items, threads, ahead or 3 * threads, caught=Exception)


def printable(path):
    """A file's name for the terminal: control characters escaped, bytes that are no UTF-8 replaced."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


class Failures:
    """(path, reason) of what failed; printed at the end."""

    def __init__(self, problems=()):
        self.reasons = list(problems)

    def add(self, path, error):
        """Notes a failure; raises it where the disk is full or the reader left: all others would fail."""
        if isinstance(error, BrokenPipeError) or is_disk_full(error):
            raise error
        self.reasons.append((path, explain(error)))

    def report(self, total):
        """Prints the list to stderr; the exit code, 0 or 1."""
        if not self.reasons:
            return 0
        click.echo(f"{len(self.reasons)} of {total} failed:", err=True)
        for path, reason in self.reasons:
            click.echo(f"  {printable(path)}: {reason}", err=True)
        return 1


def progress_bar(outcomes, total, unit, quiet=False):
    """Wraps an iterable in a bar on stderr with rate and time left; none where stderr is no terminal."""
    from tqdm import tqdm

    return tqdm(outcomes, total=total, unit=f" {unit}", disable=True if quiet else None, smoothing=0.05)
