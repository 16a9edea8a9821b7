import dataclasses

import keras
import numpy as np
import pytest

from dbdgan_tf.models.discriminator import spectral_layers
from dbdgan_tf.models.scaling import UNIT
from dbdgan_tf.training import DistillationGAN
from dbdgan_tf.training.callbacks import copy_averaged_weights
from dbdgan_tf.training.options import LossOptions
from tests.training import tiny_gan as tiny

NO_JUDGES = {"adversarial_weight": 0.0, "distill_adversarial_weight": 0.0}


def make(*arguments):
    """Eager: tracing a graph would cost more than the few steps that run here."""
    return tiny.make_gan(*arguments, run_eagerly=True)


def values(variables):
    return [np.asarray(v) for v in variables]


def moved(before, variables):
    return [not np.array_equal(b, np.asarray(v)) for b, v in zip(before, variables)]


def step(gan, batch=None):
    history = gan.fit(batch or tiny.batch(), batch_size=4, epochs=1, shuffle=False, verbose=0).history
    return {name: series[0] for name, series in history.items()}


def test_joint_step_moves_every_network_and_reports_every_term():
    gan = make("joint")
    groups = dict(gan.variable_groups)
    judges = gan.discriminators.values()
    groups["spectral norms"] = [layer.vector_u for judge in judges for layer in spectral_layers(judge)]
    before = {name: values(group) for name, group in groups.items()}
    terms = step(gan)
    assert list(groups)[:2] == ["teacher", "student"] and len(groups) == 6
    for name, group in groups.items():
        assert all(moved(before[name], group)), name
    assert {"teacher_bce", "student_iou", "consistency", "feature", "d_distill", "g_teacher"} <= set(terms)


def test_the_judges_share_grows_with_their_weight():
    losses = LossOptions(adversarial_warmup_steps=1, consistency_weight=0.5)
    shares = {}
    for weight in (0.0, 0.01, 0.02):
        weights = {"adversarial_weight": weight, "distill_adversarial_weight": weight}
        gan = make("joint", dataclasses.replace(losses, **weights))
        shares[weight] = {k: v for k, v in step(gan).items() if k.startswith("adversarial_share")}
    assert shares[0.0] == {}
    assert shares[0.01].keys() == {"adversarial_share_teacher", "adversarial_share_student"}
    # The first step is the same, and gradients are linear in the weights of the terms.
    assert shares[0.02] == pytest.approx({name: 2 * share for name, share in shares[0.01].items()}, rel=1e-3)
    assert min(shares[0.01].values()) > 1e-4


def test_the_share_by_hand():
    whole, judged = np.array([[3.0, 4.0]]), np.array([[3.0, 0.0]])
    assert float(DistillationGAN.adversarial_share(whole, judged)) == pytest.approx(0.75)


def test_frozen_teacher_does_not_move_not_even_its_statistics():
    gan = make("frozen")
    before = values(gan.teacher.weights)
    step(gan)
    assert not any(moved(before, gan.teacher.weights))
    assert "teacher" not in gan.variable_groups


def test_cached_maps_replace_the_teacher():
    gan = make("cached", LossOptions(**NO_JUDGES))
    batch = tiny.batch(labelled=[1, 0, 0, 0], teacher_maps=True)
    maps, counted = np.asarray(gan.student(batch["images"] / 255.0, training=True)), batch["counted"] > 0
    target, first = batch["segmentation_masks"][0], np.clip(maps[0], 1e-6, 1 - 1e-6)
    entropy = -(target * np.log(first) + (1 - target) * np.log(1 - first))
    terms = step(gan, batch)
    assert terms["consistency"] == pytest.approx(
        np.abs(batch["teacher_maps"] - maps)[counted].mean(), abs=1e-5
    )
    assert terms["student_bce"] == pytest.approx(entropy[counted[0]].mean(), abs=1e-4)
    assert list(gan.variable_groups) == ["student"]


def test_student_alone_has_content_and_d2_only():
    gan = make("none", LossOptions(distill_adversarial_weight=0.0, consistency_weight=0.0))
    others = {name for name in step(gan) if not name.startswith("student")}
    assert others == {"d_student", "g_student", "adversarial_share_student"}
    # Zero weights switch off in the other modes too.
    terms = step(make("joint", LossOptions(consistency_weight=0.0, **NO_JUDGES)))
    assert {name.partition("_")[0] for name in terms} == {"teacher", "student"}


def test_averaged_weights_follow_the_students():
    gan, copy = make("joint"), tiny.network("copy", 4)
    copy_averaged_weights(gan, "student", copy)
    assert not any(moved(values(copy.weights), gan.student.weights))
    step(gan)
    step(gan)
    copy_averaged_weights(gan, "student", copy)
    averages = {id(variable): average for variable, average in gan.optimizer.averages("student")}
    expected = [averages.get(id(source), source) for source in gan.student.weights]
    assert not any(moved(values(copy.weights), expected))
    assert any(moved(values(copy.trainable_weights), gan.student.trainable_weights))


@pytest.mark.parametrize(
    "mode, losses, message",
    [
        ("joint", LossOptions(), "Allowed: teacher_mode='cached', feature_weight=0"),
        ("cached", LossOptions(feature_weight=1.0), "Allowed: teacher_mode='cached', feature_weight=0"),
        ("none", LossOptions(**NO_JUDGES), "cannot be distilled. Received: .'consistency_weight=1.0'."),
        ("maybe", LossOptions(), "Received: 'maybe'. Allowed: .'joint', 'frozen', 'cached', 'none'"),
    ],
)
def test_terms_without_a_teacher_and_other_modes_are_refused(mode, losses, message):
    with pytest.raises(ValueError, match=message):
        DistillationGAN(tiny.network("s", 4), None, UNIT, None, {}, mode, losses)


def test_features_of_two_sizes_are_refused():
    losses = LossOptions(feature_weight=1.0, feature_taps=("bottleneck",))
    with pytest.raises(ValueError, match="Received: feature_taps=bottleneck. Allowed: layers at one stride"):
        DistillationGAN(tiny.network("s", 4), tiny.network("t", 4, (32, 32)), UNIT, UNIT, {}, "joint", losses)


def test_ignored_pixels_change_no_term_of_any_network():
    gan = make("joint")
    batch = gan.prepare(tiny.batch())
    masks, counted = batch["segmentation_masks"], batch["counted"]
    losses, terms = gan.network_losses(batch)
    other = {**batch, "segmentation_masks": np.where(counted > 0, masks, 1 - masks)}
    new_losses, new_terms = gan.network_losses(other)
    assert {"d_teacher", "d_student", "d_distill", "feature", "consistency"} <= set(terms)
    for before, after in ((losses, new_losses), (terms, new_terms)):
        np.testing.assert_allclose([after[name] for name in before], list(before.values()), rtol=1e-5)
    _, everywhere = gan.network_losses({**other, "counted": np.ones_like(counted)})
    assert float(everywhere["student_bce"]) != pytest.approx(float(terms["student_bce"]))


def test_one_step_agrees_with_float32():
    made = []
    try:
        for precision in ("float32", "mixed_bfloat16"):
            keras.mixed_precision.set_global_policy(precision)
            keras.utils.set_random_seed(1)
            made += [gan := make("joint"), step(gan)]
    finally:
        keras.mixed_precision.set_global_policy("float32")
    exact, expected, gan, terms = made
    assert gan.student.get_layer("stem").compute_dtype == "bfloat16"
    assert terms == {name: pytest.approx(value, rel=0.03, abs=0.01) for name, value in expected.items()}
    kinds = {keras.backend.standardize_dtype(v.dtype) for v in gan.variables + gan.optimizer.variables}
    assert "float32" in kinds and not kinds & {"bfloat16", "float16"}
    for name in ("moving_mean", "moving_variance"):
        new, old = (np.asarray(getattr(g.student.get_layer("stem_bn"), name)) for g in (gan, exact))
        np.testing.assert_allclose(new, old, rtol=0.01, atol=0.01)
    losses, _ = gan.network_losses(gan.prepare(tiny.batch()))
    assert {keras.backend.standardize_dtype(loss.dtype) for loss in losses.values()} == {"float32"}


def test_tensorflow_and_jax_take_the_same_step(run_python, tmp_path):
    keras.utils.clear_session()  # Optimizers' names count from one again.
    tiny.save_one_step(tmp_path / "tensorflow.npz")
    # Compiling for a CPU takes most of the time, and what is compiled runs once.
    fast = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    code = f"from tests.training import tiny_gan\ntiny_gan.save_one_step({str(tmp_path / 'jax.npz')!r})"
    run_python(code, blocked=("tensorflow",), env={"KERAS_BACKEND": "jax", "XLA_FLAGS": fast})
    on_tensorflow, on_jax = (dict(np.load(tmp_path / f"{name}.npz")) for name in ("tensorflow", "jax"))
    assert on_tensorflow.keys() == on_jax.keys()
    assert sum(name.startswith("loss/") for name in on_jax) == 2 * 4 + 2 + 2 * 3 + 2
    assert sum("vector_u" in name for name in on_jax) == 3 * 5
    for name, value in on_tensorflow.items():
        np.testing.assert_allclose(value, on_jax[name], atol=1e-4, err_msg=name)
