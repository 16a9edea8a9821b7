"""Trials in children that may die or hang, and the table of what became of them."""

import collections
import contextlib
import dataclasses
import multiprocessing
import os
import signal
import tempfile

import numpy as np

from tests.fuzz import seeds
from tests.fuzz.trials import MAPPED, REFUSED, SILENT, TRACEBACK, TRIALS, spoiled, try_command, try_image

CRASHED, HUNG, COMMAND = "crashed", "hung", "command"
COLUMNS = ("tried", MAPPED, REFUSED, CRASHED, HUNG, TRACEBACK, SILENT)
SECONDS = 20
# What fifty files are; models and flag files, which may spoil a process, have a child each.
_FIFTY = (*seeds.IMAGES * 4, *["metadata"] * 11, *["description", "flags", "list"] * 2, "model")
_ALONE = ("model", "flags")
# So many photographs are then given to one call of `dbdgan`.
_FOLDER = 25


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one file; `number` and the seed make it again."""

    kind: str
    number: int
    result: str
    note: str = ""


def run(count, seed=0, seconds=SECONDS):
    """Tries `count` spoiled files.

    Yields:
        An `Outcome` for each.
    """
    jobs = [(_FIFTY[number % len(_FIFTY)], number) for number in range(count)]
    alone = [job for job in jobs if job[0] in _ALONE]
    together = [job for job in jobs if job[0] not in _ALONE]
    folders = [together[start : start + _FOLDER] for start in range(0, len(together), _FOLDER)]
    pool = [job for folder in folders for job in [*folder, (COMMAND, folder[0][1])]]
    with tempfile.TemporaryDirectory() as cache:
        # What unknown models pass is not to be remembered.
        os.environ["XDG_CACHE_HOME"] = cache
        for group in (pool, *([job] for job in alone)):
            yield from run_jobs(group, seed, seconds)


def table(outcomes):
    """Lines of a Markdown table, one row per kind, and its sum.

    Args:
        outcomes: Iterable of `Outcome`.
    """
    counts = {kind: collections.Counter() for kind in (*TRIALS, COMMAND)}
    for outcome in outcomes:
        counts[outcome.kind].update(["tried", outcome.result])
    counts["all"] = sum((counts[kind] for kind in TRIALS), collections.Counter())
    yield f"| file | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for kind, count in counts.items():
        yield f"| {kind} | {' | '.join(str(count[column]) for column in COLUMNS)} |"


def run_jobs(jobs, seed, seconds):
    """One child for all jobs, and another from where it died."""
    context, done = multiprocessing.get_context("fork"), 0
    while done < len(jobs):
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=_work, args=(sender, jobs[done:], seed))
        child.start()
        sender.close()
        result = CRASHED
        with contextlib.suppress(EOFError):
            while done < len(jobs):
                if not receiver.poll(seconds):
                    result = HUNG
                    os.killpg(child.pid, signal.SIGKILL)
                    break
                yield Outcome(*jobs[done], *receiver.recv())
                done += 1
        child.join()
        if done < len(jobs):
            yield Outcome(*jobs[done], result, f"exit code {child.exitcode}")
            done += 1
        elif child.exitcode:
            yield Outcome(*jobs[-1], CRASHED, f"exit code {child.exitcode} at its end")


def _work(sender, jobs, seed):
    os.setsid()
    folder = []
    for kind, number in jobs:
        try:
            if kind == COMMAND:
                sender.send(_compare(folder, ("map", "score")[number % 2]))
                folder = []
                continue
            data = spoiled(kind, np.random.default_rng([seed, number]))
            result = TRIALS[kind](data)
            if TRIALS[kind] is try_image:
                folder.append((data, result[0] == REFUSED))
            sender.send(result)
        except Exception as error:
            sender.send((TRACEBACK, repr(error)[:300]))


def _compare(folder, command):
    """Whether the command refuses what Python refuses."""
    by_command = try_command([data for data, _ in folder], command)
    by_python = {position for position, (_, refused) in enumerate(folder) if refused}
    differing = by_command ^ by_python
    return (SILENT, f"{command} differs at {sorted(differing)}") if differing else (MAPPED, "")
