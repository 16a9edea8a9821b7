"""What happens around the steps of a run: guards, checkpoints, validation, time limits, memory kept."""

import platform
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from dbdgan_tf.photo import write_image
from dbdgan_tf.training import allocator
from dbdgan_tf.training.callbacks import (
    NonFiniteGuard,
    NonFiniteLossError,
    TimedSchedule,
    TimeLimit,
    Validator,
)
from dbdgan_tf.training.checkpoint import restore_checkpoint, save_checkpoint, state_variables
from dbdgan_tf.training.optimizers import OptimizerGroup
from dbdgan_tf.training.throughput import ThroughputReport
from dbdgan_tf.training.validation import HeldOut, UniformScenes, figure_names, validate
from tests.training import tiny_gan

MASK = np.zeros((8, 8), "float32")
MASK[:, 6:] = 1


class Photographs(list):
    batch_size = 1

    def __init__(self, masks, stems=("photo",), counted=None):
        counted = np.ones_like(MASK) if counted is None else counted
        rest = {"images": np.zeros((1, 8, 8, 3), np.uint8), "counted": counted[None, ..., None]}
        super().__init__({"segmentation_masks": mask[None, ..., None], **rest} for mask in masks)
        self.samples = [SimpleNamespace(stem=stem) for stem in stems]


def undecided(images):
    return np.full((len(images), 8, 8, 1), 0.5, "float32")


def test_a_perfect_map_and_an_undecided_one_by_hand():
    held_out = HeldOut({"a": Photographs([MASK])})
    perfect = {"selection": 1.0, "max_f_focus": 1.0, "max_f_blur": 1.0, "mae": 0.0}
    assert validate(lambda images: MASK[None, ..., None], held_out) == perfect
    # All predicted: precision 0.25 for blur and 0.75 for focus, recall 1; F = 1.3 P / (0.3 P + 1).
    blur, focus = 1.3 * 0.25 / 1.075, 1.3 * 0.75 / 1.225
    figures = {"selection": focus - 0.5, "max_f_focus": focus, "max_f_blur": blur, "mae": 0.5}
    assert validate(undecided, held_out) == pytest.approx(figures)
    # Where four columns are ignored, two in focus and two blurred are left.
    counted = np.ones_like(MASK)
    counted[:, 2:6] = 0
    figures = validate(undecided, HeldOut({"a": Photographs([MASK], counted=counted)}))
    assert figures["max_f_blur"] == figures["max_f_focus"] == pytest.approx(1.3 * 0.5 / 1.15)


def test_sources_pairs_and_uniform_scenes_by_hand():
    scenes = UniformScenes(np.zeros((3, 8, 8, 3), np.uint8), np.array([True, False, False]))
    sources = {
        "a": Photographs([MASK]),
        "b": Photographs([1 - MASK]),
        "near_far": Photographs([MASK, 1 - MASK], ("s_near", "s_far")),
    }
    held_out = HeldOut(sources, scenes)
    figures = validate(lambda images: np.tile(MASK[None, ..., None], (len(images), 1, 1, 1)), held_out)
    assert list(figures) == figure_names(held_out)
    assert (figures["a_max_f_focus"], figures["a_mae"], figures["b_mae"]) == (1.0, 0.0, 1.0)
    # One of the pair is right, the other wrong all over; a quarter of every uniform scene is called blurred.
    assert figures["pair_error"] == pytest.approx(0.5)
    assert figures["uniform_error"] == pytest.approx((0.75 + 0.25) / 2)
    accuracy = np.mean([figures[f"{name}_max_f_focus"] - figures[f"{name}_mae"] for name in "ab"])
    assert figures["selection"] == pytest.approx(accuracy - 0.25 - 0.25)


def test_uniform_scenes_are_read_at_network_size(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    for stem in ("sky", "wall"):
        write_image(tmp_path / f"{stem}.png", noise)
    (tmp_path / "list.txt").write_text("sharp sky\nblurred wall\n")
    scenes = UniformScenes.read(tmp_path, tmp_path / "list.txt", (32, 32))
    assert scenes.images.shape == (2, 32, 32, 3) and scenes.blurred.tolist() == [False, True]
    assert scenes.images[0].std() > 1.5 * scenes.images[1].std()


def test_the_last_good_checkpoint_stays_when_a_run_diverges(tmp_path):
    gan = tiny_gan.make_gan(run_eagerly=True)
    save_checkpoint(tmp_path, gan, {"epoch": 1, "best": {}})
    before = (tmp_path / "checkpoint.npz").read_bytes()
    gan.student.get_layer("logits").bias.assign([float("nan")])
    batch, guard = tiny_gan.batch(), NonFiniteGuard()
    with pytest.raises(
        NonFiniteLossError, match=r"step 1 \(batch 0 of .*Received: .*consistency, .*student_bce"
    ):
        gan.fit(batch, batch_size=4, epochs=1, verbose=0, callbacks=[guard])
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert restore_checkpoint(tmp_path, gan)["epoch"] == 1
    assert np.isfinite(np.asarray(gan.student.get_layer("logits").bias)).all()


def test_every_variable_has_a_name_that_no_other_build_changes(tmp_path):
    first, second, other = (tiny_gan.make_gan(mode) for mode in ("joint", "joint", "frozen"))
    names = state_variables(first)
    assert list(names) == list(state_variables(second))
    assert names["student/stem/kernel"] is first.student.get_layer("stem").kernel
    kept = {id(variable) for variable in names.values()}
    assert kept >= {id(variable) for variable in first.variables + first.optimizer.variables}
    save_checkpoint(tmp_path, first, {})
    with pytest.raises(ValueError, match="Resume with the flags the run was started with"):
        restore_checkpoint(tmp_path, other)
    with pytest.raises(FileNotFoundError, match="No checkpoint to resume from"):
        restore_checkpoint(tmp_path / "nowhere", second)


def test_the_log_has_columns_for_figures_that_come_every_other_epoch(tmp_path):
    held_out, logs = HeldOut({"a": Photographs([MASK])}), {}
    validator = Validator({"student": (None, None)}, held_out, tmp_path, {"best": {}}, {}, every=2)
    validator.set_params({"epochs": 4})
    validator.on_epoch_end(0, logs)
    names = ("selection", "max_f_focus", "max_f_blur", "mae")
    assert set(logs) == {f"val_student_{name}" for name in names}
    assert all(np.isnan(value) for value in logs.values())


CODE = """
import ctypes, resource
from dbdgan_tf.training.allocator import keep_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        block = libc.malloc(64 << 20)
        ctypes.memset(block, 1, 64 << 20)
        libc.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
returned = faults()
assert keep_freed_memory()
faults()
print(returned, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_memory_that_was_freed_is_used_again(run_python):
    returned, kept = map(int, run_python(CODE).split())
    assert returned > 1000 and kept < returned / 100


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert allocator.keep_freed_memory() is False


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
    if sys.platform == "linux":
        assert all(float(line.split("Peak memory of the process ")[1].split()[0]) > 0 for line in told)
