"""Photographs through threads: every core busy, a bounded number in memory, one bad file harms nothing."""

import collections
import concurrent.futures
import dataclasses

import click
import cv2

from dbdgan_tf.cli.atomic_file import is_disk_full, printable

# Enough that one huge photograph at the head of the queue does not idle the other threads.
_QUEUED_PER_THREAD = 4


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one item: its result, or why there is none."""

    item: object
    result: object = None
    error: Exception | None = None


def run_in_threads(items, work, threads, queued=None):
    """Works through items in parallel and hands back the outcomes in order.

    Threads suffice, as decoding, the model and encoding all run outside of Python. Items are drawn only as
    room is made, so an endless iterator is welcome.

    Args:
        items: Iterable.
        work: Function of one item; its exceptions become outcomes.
        threads: Items at work at the same time.
        queued: Most items drawn and not yet handed back; None for four per thread.

    Yields:
        An `Outcome` for each item. When the consumer stops or is interrupted, what has not begun is dropped
        and what has begun is finished.
    """
    cv2.setNumThreads(1 if threads > 1 else -1)
    room = queued or threads * _QUEUED_PER_THREAD
    pending = collections.deque()
    pool = concurrent.futures.ThreadPoolExecutor(threads, thread_name_prefix="dbdgan")
    try:
        for item in items:
            pending.append((item, pool.submit(work, item)))
            if len(pending) >= room:
                yield _outcome(*pending.popleft())
        while pending:
            yield _outcome(*pending.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _outcome(item, future):
    try:
        return Outcome(item, future.result())
    # Nothing that one photograph does may lose the others.
    except Exception as error:
        return Outcome(item, error=error)


class Failures:
    """Collects what failed and why, and prints the list at the end."""

    def __init__(self, problems=()):
        self.reasons = [(path, str(reason)) for path, reason in problems]

    def add(self, path, error):
        """Notes a failure.

        Raises:
            OSError: The error itself, if the disk is full or the reader of the output left: all that follow
                would fail as well.
        """
        if isinstance(error, BrokenPipeError):
            raise error
        if is_disk_full(error):
            raise OSError(
                error.errno,
                f"there is no room left for the output ({error.strerror}). What was finished is complete: "
                "make room and call again to go on from there",
            ) from error
        self.reasons.append((path, explain(error)))

    def report(self, total):
        """Prints the list to stderr.

        Returns:
            The exit code, 0 or 1.
        """
        if not self.reasons:
            return 0
        click.echo(f"{len(self.reasons)} of {total} failed:", err=True)
        for path, reason in self.reasons:
            click.echo(f"  {printable(path)}: {reason}", err=True)
        return 1


def explain(error):
    """One line for a person."""
    if isinstance(error, (ValueError, RuntimeError)):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}"
    if isinstance(error, MemoryError):
        return "there was not enough memory for it"
    return f"{type(error).__name__}: {error}"


def progress_bar(outcomes, total, unit, quiet=False):
    """Wraps an iterable in a bar on stderr with rate and time left; none where stderr is no terminal."""
    from tqdm import tqdm

    return tqdm(outcomes, total=total, unit=f" {unit}", disable=True if quiet else None, smoothing=0.05)
