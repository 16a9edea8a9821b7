"""Runs that are told how long to take: the moving horizon, the end, and going on."""

import keras
import numpy as np
import pytest

from dbdgan_tf.training.callbacks import TimedSchedule, TimeLimit
from dbdgan_tf.training.optimizers import OptimizerGroup
from dbdgan_tf.training.throughput import ThroughputReport


class Clock:
    """Stands for time.monotonic(); every epoch is followed by 10 s of validation."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def run_epochs(callback, clock, seconds, first=0, compiling=0):
    """Epochs of so many seconds each, until the callback stops them; the horizon after each."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    weight = keras.Variable([0.0])
    horizon = keras.Variable(10**6, dtype="int32", trainable=False)
    model.optimizer = OptimizerGroup({"n": keras.optimizers.SGD()}, {"n": [weight]}, horizon)
    model.stop_training, model.step = False, 0
    callback.set_model(model)
    callback.set_params({"steps": 20})
    callback.on_train_begin()
    horizons = []
    for index, duration in enumerate(seconds):
        callback.on_epoch_begin(first + index)
        if compiling and not index:
            clock.now += compiling
            callback.on_train_batch_end(0)
        clock.now += duration
        model.step += 20
        callback.on_epoch_end(first + index)
        horizons.append(int(horizon))
        clock.now += 10
        if model.stop_training:
            break
    return horizons


def test_time_left_becomes_steps_left_and_the_run_ends_on_time(clock):
    progress = {}
    horizons = run_epochs(TimedSchedule(5, progress), clock, [100, 30, 30, 30, 30, 30, 30])
    # After the second epoch 160 s are left, 106 epochs of 1.5 s a step; from the third on validation counts.
    assert horizons[:4] == [20 + 40, 40 + 107, 60 + 60, 80 + 40]
    assert len(horizons) == 6
    assert progress == {"seconds": 300.0, "finished_minutes": 5.0}


def test_compiling_takes_time_but_is_no_measure_of_an_epoch(clock):
    progress = {}
    horizons = run_epochs(TimedSchedule(5, progress), clock, [30] * 9, compiling=210)
    # After the first epoch 60 s are left, room for two of 30 s; then 20 s, more than half of one.
    assert horizons == [20 + 40, 40 + 13, 60]
    assert progress == {"seconds": 320.0, "finished_minutes": 5.0}


def test_a_continuation_has_what_is_left(clock):
    progress = {"seconds": 240.0}
    assert len(run_epochs(TimedSchedule(5, progress), clock, [30, 30, 30], first=7)) == 2
    assert progress["finished_minutes"] == 5


@pytest.mark.parametrize(
    ("limit", "compiling", "epochs"),
    # With validation an epoch takes 30 s: at the third one's end 80 s are gone, 290 s with what came before.
    [(TimeLimit(0.6), 0, 1), (TimeLimit(1.75), 0, 3), (TimeLimit(5.25, start=900.0), 110, 3)],
)
def test_a_limit_stops_before_an_epoch_that_would_pass_it(clock, limit, compiling, epochs):
    """The last one counts the 100 s before training, and does not take compiling for an epoch."""
    assert len(run_epochs(limit, clock, [20] * 9, compiling=compiling)) == epochs


def test_epochs_of_one_step_have_no_throughput(capsys):
    report = ThroughputReport(4)
    report.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    report.set_params({"steps": 1})
    report.on_train_begin()
    for epoch in range(3):
        report.on_epoch_begin(epoch)
        report.on_train_batch_end(0, {"loss": 1.0})
    report.on_train_end()
    assert "Throughput" not in capsys.readouterr().out


def test_throughput_is_printed_once(tiny, capsys):
    gan = tiny["make_gan"]("frozen", run_eagerly=True)
    batch = tiny["batch"](count=12)
    gan.fit(batch, batch_size=4, epochs=2, verbose=0, callbacks=[ThroughputReport(4)])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Throughput")]
    assert len(lines) == 1
    assert float(lines[0].split()[1]) > 0
    assert np.isfinite(float(gan.trackers["student_bce"].result()))
