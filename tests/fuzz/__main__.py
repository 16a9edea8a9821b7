"""Spoils files and tells what became of them: `python -m tests.fuzz --count=20000 --seed=0`.

Prints the table of docs/reliability.md; on stderr, what should not have been. The exit code is 1 if anything
crashed, hung, ended in a traceback or passed in silence.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import COMMAND, run, table
from tests.fuzz.trials import MAPPED, REFUSED, write_spoiled


def main():
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="files to try")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes = []
    for outcome in run(options.count, options.seed):
        outcomes.append(outcome)
        if outcome.result not in (MAPPED, REFUSED):
            print(f"{outcome} {_keep(outcome, options.seed)}", file=sys.stderr, flush=True)
    print("\n".join(table(outcomes)))
    sys.exit(any(outcome.result not in (MAPPED, REFUSED) for outcome in outcomes))


def _keep(outcome, seed):
    if outcome.kind == COMMAND:
        return ""
    folder = Path(tempfile.gettempdir())
    return write_spoiled(
        folder / f"{outcome.kind}_{seed}_{outcome.number}", outcome.kind, seed, outcome.number
    )


if __name__ == "__main__":
    main()
