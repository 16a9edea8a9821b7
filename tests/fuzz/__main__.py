"""Spoils files and tells what became of them: `python -m tests.fuzz --count=20000 --seed=0`.

Prints the table of docs/reliability.md; on stderr, what should not have been, whose number and seed make it
again. The exit code is 1 if anything crashed, hung, ended in a traceback or passed in silence.
"""

import argparse
import collections
import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import typing

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


class Outcome(typing.NamedTuple):
    """What became of one file; `number` and the seed make it again."""

    kind: str
    number: int
    result: str
    note: str = ""


def run(count, seed=0):
    """Yields an `Outcome` for each of `count` spoiled files, and for each folder of them."""
    jobs = [(_FIFTY[number % len(_FIFTY)], number) for number in range(count)]
    alone = [job for job in jobs if job[0] in _ALONE]
    together = [job for job in jobs if job[0] not in _ALONE]
    folders = [together[start : start + _FOLDER] for start in range(0, len(together), _FOLDER)]
    pool = [job for folder in folders for job in [*folder, (COMMAND, folder[0][1])]]
    with tempfile.TemporaryDirectory() as cache:
        # What unknown models pass is not to be remembered.
        os.environ["XDG_CACHE_HOME"] = cache
        for group in (pool, *([job] for job in alone)):
            yield from run_jobs(group, seed)


def run_jobs(jobs, seed, seconds=SECONDS):
    """One child for all jobs, and another from where it died."""
    context, done = multiprocessing.get_context("fork"), 0
    while done < len(jobs):
        receiver, sender = context.Pipe(duplex=False)
        child = context.Process(target=_work, args=(sender, jobs[done:], seed, seconds))
        child.start()
        sender.close()
        with contextlib.suppress(EOFError):
            while done < len(jobs):
                yield Outcome(*jobs[done], *receiver.recv())
                done += 1
        child.join()
        if child.exitcode or done < len(jobs):
            result = HUNG if child.exitcode == -signal.SIGALRM else CRASHED
            yield Outcome(*jobs[min(done, len(jobs) - 1)], result, f"exit code {child.exitcode}")
            done += 1
        # What it started in its turn.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _work(sender, jobs, seed, seconds):
    os.setsid()
    folder = []
    for kind, number in jobs:
        # Ends a process wherever it hangs.
        signal.alarm(seconds)
        try:
            if kind == COMMAND:
                outcome, folder = _compare(folder, ("map", "score")[number % 2]), []
            else:
                data = spoiled(kind, np.random.default_rng([seed, number]))
                outcome = TRIALS[kind](data)
                if TRIALS[kind] is try_image:
                    folder.append((data, outcome[0] == REFUSED))
        except Exception as error:
            outcome = TRACEBACK, repr(error)[:300]
        sender.send(outcome)


def _compare(folder, command):
    """Whether the command refuses what Python refuses."""
    by_command = try_command([data for data, _ in folder], command)
    by_python = {position for position, (_, refused) in enumerate(folder) if refused}
    differing = by_command ^ by_python
    return (SILENT, f"{command} differs at {sorted(differing)}") if differing else (MAPPED, "")


def main():
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="files to try")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts = {kind: collections.Counter() for kind in (*TRIALS, COMMAND)}
    failed = False
    for outcome in run(options.count, options.seed):
        counts[outcome.kind].update(["tried", outcome.result])
        if outcome.result not in (MAPPED, REFUSED):
            failed = True
            print(outcome, file=sys.stderr, flush=True)
    counts["all"] = sum((counts[kind] for kind in TRIALS), collections.Counter())
    print(f"| file | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
    for kind, count in counts.items():
        print(f"| {kind} | {' | '.join(str(count[column]) for column in COLUMNS)} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
