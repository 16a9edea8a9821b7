"""Three hundred spoiled files; `python -m tests.fuzz` tries more."""

import os
import signal
import time

import pytest

from tests.fuzz.__main__ import CRASHED, HUNG, run, run_jobs
from tests.fuzz.trials import MAPPED, REFUSED, TRACEBACK, TRIALS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")


def test_nothing_crashes_hangs_or_passes_in_silence():
    outcomes = list(run(300))
    assert [outcome for outcome in outcomes if outcome.result not in (MAPPED, REFUSED)] == []
    assert {outcome.kind for outcome in outcomes} >= set(TRIALS)


def test_children_may_die_hang_and_raise(monkeypatch):
    """What is tried after a child's end is still tried."""
    ends = (
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: (MAPPED, ""),
        lambda: time.sleep(60),
        lambda: 1 / 0,
        lambda: (MAPPED, ""),
    )
    monkeypatch.setitem(TRIALS, "list", lambda number: ends[number]())
    monkeypatch.setattr("tests.fuzz.__main__.spoiled", lambda _, rng: rng.bit_generator.seed_seq.entropy[1])
    found = [outcome.result for outcome in run_jobs([("list", number) for number in range(5)], 0, seconds=1)]
    assert found == [CRASHED, MAPPED, HUNG, TRACEBACK, MAPPED]
