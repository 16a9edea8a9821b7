"""A teacher gives the same map on TensorFlow and on JAX, the latter without TensorFlow."""

import numpy as np
import pytest

CODE = """
import keras, numpy as np
from dbdgan_tf.models.layers import GroupedConv2D
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
teacher = build_teacher(TeacherConfig.light(
    "efficientnet_lite_nano", image_size=(64, 32), decoder_channels=(8, 8, 8, 8, 8), context_channels=16,
    aspp_intermediate_channels=8, aspp_growth_channels=4,
))
x = GroupedConv2D(8, 3, groups=4, padding="same", name="grouped")(teacher.get_layer("decoder_s2").output)
model = keras.Model(teacher.input, [teacher.output, x])
rng = np.random.default_rng(0)
def fill(shape):
    values = rng.uniform(0.5, 1.0, shape)
    return values * rng.choice([-1, 1], shape) / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else values
for layer in model.layers:
    layer.set_weights([fill(weight.shape) for weight in layer.weights])
images = rng.normal(size=(2, 64, 32, 3)).astype("float32")
maps, grouped = model.predict(images, verbose=0)
np.savez({path!r}, maps=maps, grouped=grouped)
"""


def test_backends_agree(run_python, tmp_path):
    pytest.importorskip("jax")
    pytest.importorskip("tensorflow")
    results = []
    for backend, blocked in (("tensorflow", ()), ("jax", ("tensorflow",))):
        path = tmp_path / f"{backend}.npz"
        code = CODE.replace("{path!r}", repr(str(path)))
        run_python(code, blocked=blocked, env={"KERAS_BACKEND": backend}, timeout=900)
        results.append(np.load(path))
    assert results[0]["maps"].std() > 1e-3 and results[0]["grouped"].std() > 1e-3
    for name in ("maps", "grouped"):
        np.testing.assert_allclose(results[0][name], results[1][name], rtol=1e-4, atol=1e-5)
