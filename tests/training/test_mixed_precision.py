"""In mixed_bfloat16 losses, weights and batch statistics stay float32, and near those of float32."""

import keras
import numpy as np
import pytest


@pytest.fixture
def one_step(tiny):
    def run(precision):
        keras.mixed_precision.set_global_policy(precision)
        keras.utils.set_random_seed(1)
        gan = tiny["make_gan"](run_eagerly=True)
        history = gan.fit(tiny["batch"](), batch_size=4, epochs=1, shuffle=False, verbose=0).history
        return gan, {name: values[0] for name, values in history.items()}

    before = keras.mixed_precision.global_policy()
    yield run
    keras.mixed_precision.set_global_policy(before)


def test_one_step_agrees_with_float32(one_step, tiny):
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
