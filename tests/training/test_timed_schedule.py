"""Runs that are told how long to take: the moving horizon, the end, and going on; how fast they are."""

import keras
import pytest

from dbdgan_tf.training.callbacks import TimedSchedule, TimeLimit
from dbdgan_tf.training.optimizers import OptimizerGroup
from dbdgan_tf.training.throughput import ThroughputReport
from tests.training import tiny_gan


@pytest.fixture
def run_epochs(monkeypatch):
    """A function of a callback and the seconds of epochs, validated in 10 s; the horizons after each."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def run(callback, seconds, compiling=0):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        horizon = keras.Variable(10**6, dtype="int32", trainable=False)
        optimizers, variables = {"n": keras.optimizers.SGD()}, {"n": [keras.Variable([0.0])]}
        model.optimizer = OptimizerGroup(optimizers, variables, horizon)
        model.stop_training, model.step, horizons = False, 0, []
        callback.set_model(model)
        callback.set_params({"steps": 20})
        callback.on_train_begin()
        while not model.stop_training:
            callback.on_epoch_begin(len(horizons))
            if compiling and not horizons:
                now[0] += compiling
                callback.on_train_batch_end(0)
            now[0] += seconds[len(horizons)]
            model.step += 20
            callback.on_epoch_end(len(horizons))
            horizons.append(int(horizon))
            now[0] += 10
        return horizons

    return run


@pytest.mark.parametrize(
    ("before", "seconds", "compiling", "horizons", "after"),
    [
        # After the second epoch 160 s are left, 106 epochs of 1.5 s a step; then validation counts.
        (0.0, [100, 30, 30, 30, 30, 30, 30], 0, [20 + 40, 40 + 107, 60 + 60, 80 + 40, 100 + 20, 120], 300.0),
        # Compiling takes time but is no measure: after the first epoch 60 s are left, room for two of 30 s;
        # then 20 s, more than half of one.
        (0.0, [30] * 9, 210, [20 + 40, 40 + 13, 60], 320.0),
        # A continuation has what is left.
        (240.0, [30] * 3, 0, [20 + 20, 40], 310.0),
    ],
)
def test_time_left_becomes_steps_left_and_the_run_ends_on_time(
    run_epochs, before, seconds, compiling, horizons, after
):
    progress = {"seconds": before}
    found = run_epochs(TimedSchedule(5, progress), seconds, compiling)
    assert progress == {"seconds": after, "finished_minutes": 5.0}
    assert found == horizons


@pytest.mark.parametrize(
    ("minutes", "start", "compiling", "epochs"),
    # With validation an epoch takes 30 s: at the third one's end 80 s are gone, 290 s with what came before,
    # which is 100 s before training, and compiling, that is not taken for an epoch.
    [(0.6, 1000.0, 0, 1), (1.75, 1000.0, 0, 3), (5.25, 900.0, 110, 3)],
)
def test_a_limit_stops_before_an_epoch_that_would_pass_it(run_epochs, minutes, start, compiling, epochs):
    assert len(run_epochs(TimeLimit(minutes, start), [20] * 9, compiling)) == epochs


@pytest.mark.parametrize(("count", "lines"), [(12, 1), (4, 0)])
def test_throughput_is_printed_once_but_not_of_epochs_of_one_step(capsys, count, lines):
    gan = tiny_gan.make_gan("frozen", run_eagerly=True)
    batch = tiny_gan.batch(count=count)
    gan.fit(batch, batch_size=4, epochs=2, verbose=0, callbacks=[ThroughputReport(4)])
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Throughput")]
    assert len(told) == lines and all(float(line.split()[1]) > 0 for line in told)
