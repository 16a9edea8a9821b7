"""Networks give the same maps on TensorFlow and on JAX, the latter without TensorFlow."""

import numpy as np
import pytest

CODE = """
import keras, numpy as np
from dbdgan_tf.models import build_student
from dbdgan_tf.models.layers import GroupedConv2D
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
teacher = build_teacher(TeacherConfig.light(
    "efficientnet_lite_nano", image_size=(64, 32), decoder_channels=(8, 8, 8, 8, 8), context_channels=16,
    aspp_intermediate_channels=8, aspp_growth_channels=4,
))
x = GroupedConv2D(8, 3, groups=4, padding="same", name="grouped")(teacher.get_layer("decoder_s2").output)
teacher = keras.Model(teacher.input, [teacher.output, x])
student = build_student(encoder="efficientnet_lite_nano", image_size=(64, 32), decoder_channels=(8,) * 6)
rng = np.random.default_rng(0)
def fill(shape):
    values = rng.uniform(0.5, 1.0, shape)
    return values * rng.choice([-1, 1], shape) / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else values
for layer in (*teacher.layers, *student.layers):
    layer.set_weights([fill(weight.shape) for weight in layer.weights])
images = rng.normal(size=(2, 64, 32, 3)).astype("float32")
maps = [*teacher.predict(images, verbose=0), student.predict(images, verbose=0)]
np.savez(PATH, teacher=maps[0], grouped=maps[1], student=maps[2])
"""
# Compiling for a CPU takes most of the time, and what is compiled runs once.
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


def test_backends_agree(run_python, tmp_path):
    pytest.importorskip("jax")
    paths = [str(tmp_path / f"{backend}.npz") for backend in ("tensorflow", "jax")]
    exec(CODE, {"PATH": paths[0]})
    environment = {"KERAS_BACKEND": "jax", "XLA_FLAGS": FAST_COMPILE}
    run_python(f"PATH = {paths[1]!r}\n{CODE}", blocked=("tensorflow",), env=environment)
    one, other = map(np.load, paths)
    for name in ("teacher", "grouped", "student"):
        assert one[name].std() > 1e-4
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-5, err_msg=name)
