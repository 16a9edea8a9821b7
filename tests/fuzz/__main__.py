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
from tests.fuzz.trials import MAPPED, REFUSED, SILENT, TRACEBACK, TRIALS, spoiled

CRASHED, HUNG = "crashed", "hung"
COLUMNS = ("tried", MAPPED, REFUSED, CRASHED, HUNG, TRACEBACK, SILENT)
SECONDS = 20
# What fifty files are; models and flag files, which may spoil a process, have a child each.
_FIFTY = (*seeds.IMAGES * 4, *["metadata"] * 11, *["description", "flags", "list"] * 2, "model")
_ALONE = ("model", "flags")


class Outcome(typing.NamedTuple):
    """What became of one file; `number` and the seed make it again."""

    kind: str
    number: int
    result: str
    note: str = ""


def run(count, seed=0):
    """Yields an `Outcome` for each of `count` spoiled files."""
    jobs = [(_FIFTY[number % len(_FIFTY)], number) for number in range(count)]
    alone = [job for job in jobs if job[0] in _ALONE]
    together = [job for job in jobs if job[0] not in _ALONE]
    with tempfile.TemporaryDirectory() as cache:
        # What unknown models pass is not to be remembered.
        os.environ["XDG_CACHE_HOME"] = cache
        for group in (together, *([job] for job in alone)):
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
    for kind, number in jobs:
        # Ends a process wherever it hangs.
        signal.alarm(seconds)
        try:
            outcome = TRIALS[kind](spoiled(kind, np.random.default_rng([seed, number])))
        except Exception as error:
            outcome = TRACEBACK, repr(error)[:300]
        sender.send(outcome)


def main():
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="files to try")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts = {kind: collections.Counter() for kind in TRIALS}
    failed = False
    for outcome in run(options.count, options.seed):
        counts[outcome.kind].update(["tried", outcome.result])
        if outcome.result not in (MAPPED, REFUSED):
            failed = True
            print(outcome, file=sys.stderr, flush=True)
    counts["all"] = sum(counts.values(), collections.Counter())
    print(f"| file | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
    for kind, count in counts.items():
        print(f"| {kind} | {' | '.join(str(count[column]) for column in COLUMNS)} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
