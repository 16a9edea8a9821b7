"""Spoils files and tells what became of them: `python -m tests.fuzz --count=20000 --seed=0`.

Prints the table of docs/reliability.md; on stderr, what should not have been, whose number and seed make it
again. The exit code is 1 if anything crashed, hung, ended in a traceback or passed in silence.
"""

import argparse
import collections
import sys

from tests.fuzz.campaign import COMMAND, CRASHED, HUNG, run
from tests.fuzz.trials import MAPPED, REFUSED, SILENT, TRACEBACK, TRIALS

COLUMNS = ("tried", MAPPED, REFUSED, CRASHED, HUNG, TRACEBACK, SILENT)


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
