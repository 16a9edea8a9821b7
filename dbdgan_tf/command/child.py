"""Work in a process of its own: to measure it, to survive it, or because it changes its process."""

import subprocess
import sys


def run_module(module, *arguments):
    """Runs `python -m module` and returns the last line that it prints; a RuntimeError if it fails."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} failed: {process.stderr.strip()[-2000:]}")
    return process.stdout.strip().rpartition("\n")[2]
