"""Runs that are told how long to take: rates, the moving horizon, the end, and going on."""

import keras
import numpy as np
import pytest

from dbdgan_tf.training import networks, options
from dbdgan_tf.training.callbacks import TimedSchedule
from dbdgan_tf.training.optimizers import CosineToHorizon, OptimizerGroup, make_optimizer
from dbdgan_tf.training.throughput import ThroughputReport


def test_rates_follow_the_horizon_wherever_it_moves():
    horizon = keras.Variable(110, dtype="int32", trainable=False)
    rate = CosineToHorizon(0.1, 10, horizon, 0.02)
    by_hand = {0: 0.005, 5: 0.0525, 10: 0.1, 60: 0.051, 110: 0.002, 500: 0.002}
    assert {step: pytest.approx(float(rate(step)), abs=1e-7) for step in by_hand} == by_hand
    horizon.assign(210)
    assert float(rate(110)) == pytest.approx(0.051, abs=1e-7)


def test_a_fixed_horizon_gives_the_rates_of_the_cosine_over_epochs():
    settings = options.OptimizerOptions(warmup_steps=7)
    horizon = keras.Variable(100, dtype="int32", trainable=False)
    timed = make_optimizer(settings, 1e-3, 100, horizon=horizon)
    fixed = make_optimizer(settings, 1e-3, 100)
    for step in (0, 3, 7, 50, 99, 120):
        timed.iterations.assign(step)
        fixed.iterations.assign(step)
        assert float(timed.learning_rate) == pytest.approx(float(fixed.learning_rate), rel=1e-5)


def test_the_horizon_belongs_to_the_optimizers_state(tiny):
    gan = tiny["make_gan"]()
    before = len(gan.optimizer.variables)
    networks.compile_gan(gan, options.OptimizerOptions(), 40)
    assert len(gan.optimizer.variables) == before + 1
    assert gan.optimizer.variables[-1] is gan.optimizer.horizon
    assert int(gan.optimizer.horizon) == 40


class Clock:
    """Epochs of 30 s after a first one of 100 s, each followed by 10 s of validation."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)


def run_epochs(callback, clock, first, seconds, compiling=0):
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


def test_time_left_becomes_steps_left_and_the_run_ends_on_time(monkeypatch):
    clock, progress = Clock(monkeypatch), {}
    horizons = run_epochs(TimedSchedule(5, progress), clock, 0, [100, 30, 30, 30, 30, 30, 30])
    # After the second epoch 160 s are left, 106 epochs of 1.5 s a step; from the third on validation counts.
    assert horizons[:4] == [20 + 40, 40 + 107, 60 + 60, 80 + 40]
    assert len(horizons) == 6
    assert progress == {"seconds": 300.0, "finished_minutes": 5.0}


def test_compiling_takes_time_but_is_no_measure_of_an_epoch(monkeypatch):
    clock, progress = Clock(monkeypatch), {}
    horizons = run_epochs(TimedSchedule(5, progress), clock, 0, [30] * 9, compiling=210)
    # After the first epoch 60 s are left, room for two of 30 s; then 20 s, more than half of one.
    assert horizons == [20 + 40, 40 + 13, 60]
    assert progress == {"seconds": 320.0, "finished_minutes": 5.0}


def test_a_continuation_has_what_is_left(monkeypatch):
    clock, progress = Clock(monkeypatch), {"seconds": 240.0}
    assert len(run_epochs(TimedSchedule(5, progress), clock, 7, [30, 30, 30])) == 2
    assert progress["finished_minutes"] == 5


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
