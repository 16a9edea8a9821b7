"""One step of the networks: which move, what is reported, in bfloat16, and on JAX."""

import keras
import numpy as np
import pytest

from dbdgan_tf.models.discriminator import spectral_layers
from dbdgan_tf.models.scaling import UNIT
from dbdgan_tf.training import DistillationGAN
from dbdgan_tf.training.callbacks import copy_averaged_weights
from dbdgan_tf.training.options import LossOptions


def make(tiny, *arguments):
    """Eager: tracing a graph would cost more than the few steps that run here."""
    return tiny["make_gan"](*arguments, run_eagerly=True)


def values(variables):
    return [np.asarray(v) for v in variables]


def moved(before, variables):
    return [not np.array_equal(b, np.asarray(v)) for b, v in zip(before, variables)]


def step(gan, batch):
    return gan.fit(batch, batch_size=4, epochs=1, shuffle=False, verbose=0).history


def test_joint_step_moves_every_network_and_reports_every_term(tiny):
    gan = make(tiny, "joint")
    before = {name: values(group) for name, group in gan.variable_groups.items()}
    terms = step(gan, tiny["batch"]())
    assert set(before) == {
        "teacher", "student", "discriminator_teacher", "discriminator_student", "discriminator_distill",
    }  # fmt: skip
    for name, group in gan.variable_groups.items():
        assert all(moved(before[name], group)), name
    assert {"teacher_bce", "student_iou", "consistency", "feature", "d_distill", "g_teacher"} <= set(terms)


def test_frozen_teacher_does_not_move_not_even_its_statistics(tiny):
    gan = make(tiny, "frozen")
    before = values(gan.teacher.weights)
    step(gan, tiny["batch"]())
    assert not any(moved(before, gan.teacher.weights))
    assert "teacher" not in gan.variable_groups


def test_cached_maps_replace_the_teacher(tiny):
    losses = LossOptions(adversarial_weight=0.0, distill_adversarial_weight=0.0)
    gan = make(tiny, "cached", losses)
    batch = tiny["batch"](teacher_maps=True)
    expected = np.abs(batch["teacher_maps"] - np.asarray(gan.student(batch["images"] / 255.0, training=True)))
    expected = expected[batch["counted"] > 0].mean()
    assert step(gan, batch)["consistency"][0] == pytest.approx(expected, abs=1e-5)
    assert list(gan.variable_groups) == ["student"]


def test_student_alone_has_content_and_d2_only(tiny):
    gan = make(tiny, "none", LossOptions(distill_adversarial_weight=0.0, consistency_weight=0.0))
    assert {name for name in step(gan, tiny["batch"]()) if not name.startswith("student")} == {
        "d_student", "g_student"
    }  # fmt: skip
    with pytest.raises(ValueError, match="cannot be distilled. Received: .'consistency_weight=1.0'."):
        make(tiny, "none", LossOptions(distill_adversarial_weight=0.0))


def test_zero_weights_switch_terms_and_networks_off(tiny):
    losses = LossOptions(adversarial_weight=0.0, distill_adversarial_weight=0.0, consistency_weight=0.0)
    terms = step(make(tiny, "joint", losses), tiny["batch"]())
    assert {"teacher_bce", "student_bce"} <= set(terms)
    assert not [name for name in terms if name.startswith(("d_", "g_", "consistency", "feature"))]


def test_unlabelled_images_give_no_content_loss_but_consistency(tiny):
    losses = LossOptions(adversarial_weight=0.0, distill_adversarial_weight=0.0)
    batch = tiny["batch"](labelled=[1, 0, 0, 0], teacher_maps=True)
    gan = make(tiny, "cached", losses)
    maps = np.clip(np.asarray(gan.student(batch["images"] / 255.0, training=True)), 1e-6, 1 - 1e-6)[0]
    target = batch["segmentation_masks"][0]
    entropy = -(target * np.log(maps) + (1 - target) * np.log(1 - maps))
    expected = entropy[batch["counted"][0] > 0].mean()
    terms = step(gan, batch)
    assert terms["student_bce"][0] == pytest.approx(expected, abs=1e-4)
    assert terms["consistency"][0] > 0


def test_a_step_normalises_every_discriminator_kernel_once(tiny):
    gan = make(tiny, "joint")
    vectors = [layer.vector_u for judge in gan.discriminators.values() for layer in spectral_layers(judge)]
    before = values(vectors)
    step(gan, tiny["batch"]())
    assert all(moved(before, vectors))


def test_averaged_weights_follow_the_students(tiny):
    gan = make(tiny, "joint")
    copy = tiny["network"]("copy", 4)
    copy_averaged_weights(gan, "student", copy)
    assert not any(moved(values(copy.weights), gan.student.weights))
    step(gan, tiny["batch"]())
    step(gan, tiny["batch"]())
    copy_averaged_weights(gan, "student", copy)
    averages = dict((id(v), a) for v, a in gan.optimizer.averages("student"))
    for target, source in zip(copy.weights, gan.student.weights):
        expected = averages.get(id(source), source)
        np.testing.assert_array_equal(np.asarray(target), np.asarray(expected))
    assert any(moved(values(copy.trainable_weights), gan.student.trainable_weights))


@pytest.mark.parametrize(
    "mode, losses", [("joint", LossOptions()), ("cached", LossOptions(feature_weight=1.0))]
)
def test_without_a_teacher_only_cached_maps_are_allowed(tiny, mode, losses):
    with pytest.raises(ValueError, match="Allowed: teacher_mode='cached', feature_weight=0"):
        DistillationGAN(tiny["network"]("s", 4), None, UNIT, None, {}, mode, losses)
    with pytest.raises(ValueError, match="Received: 'maybe'. Allowed: joint, frozen, cached, none"):
        make(tiny, "maybe")


def test_ignored_pixels_change_no_term_of_any_network(tiny):
    gan = make(tiny, "joint")
    batch = gan.prepare(tiny["batch"]())
    masks, counted = batch["segmentation_masks"], batch["counted"]
    losses, terms = gan.network_losses(batch)
    other = {**batch, "segmentation_masks": np.where(counted > 0, masks, 1 - masks)}
    new_losses, new_terms = gan.network_losses(other)
    assert {"d_teacher", "d_student", "d_distill", "feature", "consistency"} <= set(terms)
    for before, after in ((losses, new_losses), (terms, new_terms)):
        np.testing.assert_allclose([after[name] for name in before], list(before.values()), rtol=1e-5)
    _, everywhere = gan.network_losses({**other, "counted": np.ones_like(counted)})
    assert float(everywhere["student_bce"]) != pytest.approx(float(terms["student_bce"]))


@pytest.fixture
def precision():
    """A function that sets the precision of what is built from then on."""
    before = keras.mixed_precision.global_policy()
    yield keras.mixed_precision.set_global_policy
    keras.mixed_precision.set_global_policy(before)


def test_one_step_agrees_with_float32(precision, tiny):
    """In mixed_bfloat16 losses, weights and batch statistics stay float32, and near those of float32."""

    def one_step(name):
        precision(name)
        keras.utils.set_random_seed(1)
        gan = make(tiny, "joint")
        return gan, {key: series[0] for key, series in step(gan, tiny["batch"]()).items()}

    exact, expected = one_step("float32")
    gan, terms = one_step("mixed_bfloat16")
    assert gan.student.get_layer("stem").compute_dtype == "bfloat16"
    assert terms.keys() == expected.keys()
    for name, value in expected.items():
        assert terms[name] == pytest.approx(value, rel=0.03, abs=0.01), name
    kinds = {keras.backend.standardize_dtype(v.dtype) for v in gan.variables + gan.optimizer.variables}
    assert "float32" in kinds and not kinds & {"bfloat16", "float16"}
    for name in ("moving_mean", "moving_variance"):
        new, old = (np.asarray(getattr(g.student.get_layer("stem_bn"), name)) for g in (gan, exact))
        np.testing.assert_allclose(new, old, rtol=0.01, atol=0.01)
    losses, _ = gan.network_losses(gan.prepare(tiny["batch"]()))
    assert {keras.backend.standardize_dtype(loss.dtype) for loss in losses.values()} == {"float32"}


STEP = """
gan = make_gan()
history = gan.fit(batch(), batch_size=4, epochs=1, shuffle=False, verbose=0).history
out = {"loss/" + name: values[0] for name, values in history.items()}
for index, variable in enumerate(gan.variables + gan.optimizer.variables):
    out[f"{index:03d}/{variable.path}"] = keras.ops.convert_to_numpy(variable)
np.savez(PATH, **out)
"""


@pytest.fixture(scope="module")
def on_both(tiny, tiny_gan_code, run_python, tmp_path_factory):
    """Losses and variables after one step from the same weights, on TensorFlow and on JAX."""
    paths = [str(tmp_path_factory.mktemp("backends") / f"{name}.npz") for name in ("tensorflow", "jax")]
    keras.utils.clear_session()  # Optimizers' names count from one again.
    exec(STEP, {**tiny, "PATH": paths[0]})
    # Compiling for a CPU takes most of the time, and what is compiled runs once.
    fast = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    code = f"PATH = {paths[1]!r}\n{tiny_gan_code}\n{STEP}"
    run_python(code, blocked=("tensorflow",), env={"KERAS_BACKEND": "jax", "XLA_FLAGS": fast})
    return [dict(np.load(path)) for path in paths]


def test_every_loss_agrees(on_both):
    on_tensorflow, on_jax = on_both
    losses = [name for name in on_tensorflow if name.startswith("loss/")]
    assert len(losses) == 2 * 4 + 2 + 2 * 3
    for name in losses:
        assert on_tensorflow[name] == pytest.approx(on_jax[name], abs=1e-4), name


def test_every_variable_agrees_spectral_state_and_averages_included(on_both):
    on_tensorflow, on_jax = on_both
    assert on_tensorflow.keys() == on_jax.keys()
    assert sum("vector_u" in name for name in on_tensorflow) == 3 * 5
    for name, value in on_tensorflow.items():
        np.testing.assert_allclose(value, on_jax[name], atol=1e-4, err_msg=name)
