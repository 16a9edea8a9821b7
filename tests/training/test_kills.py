"""A run is killed, the disk is full, its photographs vanish: the last checkpoint stays good."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no such kills and limits")
# One run, in one process, that is broken off again and again after its first epoch.
TROUBLE = '''
import os, resource, shutil
from pathlib import Path
import numpy as np
from dbdgan_tf.command.errors import one_line_errors
from tests.training import kills

folder = Path({folder!r})
kills.make_data(folder / "data")
photos, most = folder / "data/train/images", resource.getrlimit(resource.RLIMIT_FSIZE)[1]
replace, steps = os.replace, []

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))

def put(source, target):
    replace(source, target)
    if steps and str(target).endswith(steps[0][0]):
        steps.pop(0)[1]()

def attempt(*todo):
    """Trains on; what is to happen once a file of a name is in its place."""
    steps[:] = todo
    try:
        with one_line_errors():
            kills.train(folder / "data", folder / "run")
        print("FINISHED")
    except SystemExit as end:
        print("END", end.code)
    limit(most)
    print("SUM", sum(np.abs(v).sum() for v in kills.variables(folder / "run").values()))

os.replace = put
# Weights have 25 kB, the checkpoint 305: a limit is what a full disk looks like from inside.
attempt(("checkpoint.npz", lambda: limit(20_000)))
limit(60_000)
attempt()
# After the start-up check.
attempt(("config.json", lambda: [(photos / f"{{n}}.png").unlink() for n in range(3)]))
shutil.rmtree(folder / "data")
kills.make_data(folder / "data")
attempt()
'''


@pytest.mark.parametrize(("backend", "count"), [("tensorflow", 3), ("jax", 1)])
def test_killed_runs_end_with_the_weights_of_an_unbroken_one(repository, backend, count):
    command = ["-m", "tests.training.kills", f"--count={count}", f"--backend={backend}"]
    done = subprocess.run([sys.executable, *command], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "largest difference" in done.stdout and ("1 in the middle of a write" in done.stdout) == (
        count == 3
    )


def test_trouble_ends_a_run_in_one_line_and_leaves_its_checkpoint(run_python, tmp_path):
    out = run_python(TROUBLE.format(folder=str(tmp_path)), env={"KERAS_BACKEND": "tensorflow"})
    ends = [line for line in out.splitlines() if line.startswith(("END", "FINISHED"))]
    sums = [line for line in out.splitlines() if line.startswith("SUM")]
    no_room = "END error: there is no room left to write (File too large). What was finished is complete"
    assert ends[0].startswith(no_room) and ends[1].startswith(no_room)
    assert (
        ".png: cannot be opened (No such file" in ends[2] and "It could be read when the run began" in ends[2]
    )
    assert ends[3:] == ["FINISHED"]
    assert sums[0] == sums[1] == sums[2] != sums[3]
    assert not list((tmp_path / "run").glob(".dbdgan-*"))
