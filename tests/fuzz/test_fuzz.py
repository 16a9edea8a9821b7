"""Three hundred spoiled files; `python -m tests.fuzz` tries more."""

import os
import signal
import time

import numpy as np
import pytest

from tests.fuzz.campaign import CRASHED, HUNG, Outcome, run, run_jobs, table
from tests.fuzz.mutation import mutate
from tests.fuzz.trials import MAPPED, REFUSED, SILENT, TRACEBACK, TRIALS

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
    monkeypatch.setattr("tests.fuzz.campaign.spoiled", lambda _, rng: rng.bit_generator.seed_seq.entropy[1])
    found = [outcome.result for outcome in run_jobs([("list", number) for number in range(5)], 0, seconds=2)]
    assert found == [CRASHED, MAPPED, HUNG, TRACEBACK, MAPPED]


def test_table():
    outcomes = [Outcome("PNG", 0, MAPPED), Outcome("PNG", 8, SILENT), Outcome("list", 9, REFUSED)]
    lines = list(table(outcomes))
    assert lines[0] == "| file | tried | mapped | refused | crashed | hung | traceback | silent |"
    assert "| PNG | 2 | 1 | 0 | 0 | 0 | 0 | 1 |" in lines
    assert lines[-1] == "| all | 3 | 1 | 1 | 0 | 0 | 0 | 1 |"


def test_equal_seeds_spoil_alike():
    first, again, other = (mutate(bytes(range(200)), np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert first == again != other and first != bytes(range(200))
