"""One step on TensorFlow and on JAX from the same weights and batch ends in the same weights."""

import numpy as np
import pytest

# Compiling for a CPU takes most of the time, and what is compiled runs once.
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

STEP = """
gan = make_gan()
history = gan.fit(batch(), batch_size=4, epochs=1, shuffle=False, verbose=0).history
out = {"loss/" + name: values[0] for name, values in history.items()}
for index, variable in enumerate(gan.variables + gan.optimizer.variables):
    out[f"{index:03d}/{variable.path}"] = keras.ops.convert_to_numpy(variable)
np.savez(PATH, **out)
"""


@pytest.fixture(scope="module")
def results(tiny_gan_code, run_python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    for backend, blocked in (("tensorflow", ()), ("jax", ("tensorflow",))):
        path = folder / f"{backend}.npz"
        run_python(
            f"PATH = {str(path)!r}\n{tiny_gan_code}\n{STEP}",
            blocked=blocked,
            env={"KERAS_BACKEND": backend, "XLA_FLAGS": FAST_COMPILE},
        )
    return dict(np.load(folder / "tensorflow.npz")), dict(np.load(folder / "jax.npz"))


def test_every_loss_agrees(results):
    on_tensorflow, on_jax = results
    losses = [name for name in on_tensorflow if name.startswith("loss/")]
    assert len(losses) == 2 * 4 + 2 + 2 * 3
    for name in losses:
        assert on_tensorflow[name] == pytest.approx(on_jax[name], abs=1e-4), name


def test_every_variable_agrees_spectral_state_and_averages_included(results):
    on_tensorflow, on_jax = results
    assert on_tensorflow.keys() == on_jax.keys()
    assert sum("vector_u" in name for name in on_tensorflow) == 3 * 5
    for name, value in on_tensorflow.items():
        np.testing.assert_allclose(value, on_jax[name], atol=1e-4, err_msg=name)
