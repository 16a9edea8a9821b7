"""Spoils files and tells what became of them: `python -m tests.fuzz --count=20000 --seed=0`.

Prints the table of docs/reliability.md; on stderr, what should not have been. The exit code is 1 if anything
crashed, hung, ended in a traceback or passed in silence.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.fuzz.campaign import run, table
from tests.fuzz.trials import MAPPED, REFUSED, TRIALS, spoiled


def main():
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="files to try")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcomes, bad = [], 0
    for outcome in run(options.count, options.seed):
        outcomes.append(outcome)
        if outcome.result not in (MAPPED, REFUSED):
            bad += 1
            print(outcome, file=sys.stderr, flush=True)
            if outcome.kind in TRIALS:
                path = Path(tempfile.gettempdir()) / f"{outcome.kind}_{options.seed}_{outcome.number}"
                rng = np.random.default_rng([options.seed, outcome.number])
                path.write_bytes(spoiled(outcome.kind, rng))
                print(f"kept as {path}", file=sys.stderr, flush=True)
    print("\n".join(table(outcomes)))
    sys.exit(min(bad, 1))


if __name__ == "__main__":
    main()
