"""Networks give the same maps on TensorFlow and on JAX, the latter without TensorFlow."""

import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, TeacherConfig, build_student, build_teacher, save_network

CODE = """
import keras, numpy as np
from dbdgan_tf.models import load_network
images = np.random.default_rng(0).normal(size=(2, 64, 32, 3)).astype("float32")
maps = [load_network(f"{FOLDER}/{name}")[0].predict(images, verbose=0) for name in ("student", "teacher")]
np.save(f"{FOLDER}/{keras.backend.backend()}.npy", maps)
"""
# Compiling for a CPU takes most of the time, and what is compiled runs once.
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


def test_backends_agree(run_python, tmp_path):
    pytest.importorskip("jax")
    size = {"encoder": "efficientnet_lite_nano", "image_size": (64, 32)}
    config, teacher_config = StudentConfig(**size), TeacherConfig.light(**size)
    teacher = build_teacher(teacher_config)
    teacher.get_layer("non_local").gamma.assign([1.0])
    save_network(tmp_path / "student", build_student(config), config)
    save_network(tmp_path / "teacher", teacher, teacher_config)
    exec(CODE, {"FOLDER": tmp_path})
    environment = {"KERAS_BACKEND": "jax", "XLA_FLAGS": FAST_COMPILE}
    run_python(f"FOLDER = {str(tmp_path)!r}\n{CODE}", blocked=("tensorflow",), env=environment)
    one, other = (np.load(tmp_path / f"{backend}.npy") for backend in ("tensorflow", "jax"))
    assert one.std((1, 2, 3, 4)).min() > 1e-4
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
