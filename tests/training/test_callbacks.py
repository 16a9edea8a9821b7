from types import SimpleNamespace

import keras
import numpy as np
import pytest

from dbdgan_tf.training.callbacks import NonFiniteGuard, NonFiniteLossError, Validator
from dbdgan_tf.training.checkpoint import restore_checkpoint, save_checkpoint, state_variables
from dbdgan_tf.training.validation import HeldOut


def fake_model(step=7):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.step = step
    return model


def test_a_non_finite_loss_names_the_step_and_the_term():
    guard = NonFiniteGuard()
    guard.set_model(fake_model())
    guard.on_train_batch_end(2, {"student_bce": 0.5})
    with pytest.raises(NonFiniteLossError, match=r"step 7 \(batch 3 .*Received: consistency, student_bce"):
        guard.on_train_batch_end(3, {"student_bce": float("nan"), "consistency": np.inf, "d_student": 1.0})


def test_the_last_good_checkpoint_stays_when_a_run_diverges(tiny, tmp_path):
    gan = tiny["make_gan"](run_eagerly=True)
    save_checkpoint(tmp_path, gan, {"epoch": 1, "best": {}})
    before = (tmp_path / "checkpoint.npz").read_bytes()
    gan.student.get_layer("logits").bias.assign([float("nan")])
    with pytest.raises(NonFiniteLossError, match="student_bce"):
        gan.fit(tiny["batch"](), batch_size=4, epochs=1, verbose=0, callbacks=[NonFiniteGuard()])
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert restore_checkpoint(tmp_path, gan)["epoch"] == 1
    assert np.isfinite(np.asarray(gan.student.get_layer("logits").bias)).all()


def test_every_variable_has_a_name_that_no_other_build_changes(tiny):
    first, second = (tiny["make_gan"]("joint") for _ in range(2))
    names = state_variables(first)
    assert list(names) == list(state_variables(second))
    assert names["student/stem/kernel"] is first.student.get_layer("stem").kernel
    assert names["teacher/stem/kernel"] is first.teacher.get_layer("stem").kernel
    kept = {id(variable) for variable in names.values()}
    assert kept >= {id(variable) for variable in first.variables + first.optimizer.variables}


def test_a_checkpoint_of_other_networks_is_refused(tiny, tmp_path):
    save_checkpoint(tmp_path, tiny["make_gan"]("joint"), {})
    with pytest.raises(ValueError, match="Resume with the flags the run was started with"):
        restore_checkpoint(tmp_path, tiny["make_gan"]("frozen"))
    with pytest.raises(FileNotFoundError, match="No checkpoint to resume from"):
        restore_checkpoint(tmp_path / "nowhere", tiny["make_gan"]("joint"))


def test_the_log_has_columns_for_figures_that_come_every_other_epoch(tiny, tmp_path):
    network = tiny["network"]("averaged", 4)
    held_out = HeldOut({"a": SimpleNamespace(samples=[SimpleNamespace(stem="photo")])})
    validator = Validator({"student": (network, None)}, held_out, tmp_path, {"best": {}}, {}, every=2)
    validator.set_params({"epochs": 4})
    logs = {}
    validator.on_epoch_end(0, logs)
    names = ("selection", "max_f_focus", "max_f_blur", "mae")
    assert set(logs) == {f"val_student_{name}" for name in names}
    assert all(np.isnan(value) for value in logs.values())
