"""A recipe made small runs through the real command on both backends; on JAX with TensorFlow absent."""

import json

import pytest

COMMAND = """
import runpy, sys
sys.argv = ["trainers.distill", *{arguments!r}]
runpy.run_module("trainers.distill", run_name="__main__")
"""
# Tracing takes most of the time on TensorFlow, compiling on JAX, and what is made so runs twice.
EAGER = "import tensorflow as tf\ntf.config.run_functions_eagerly(True)"
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.mark.parametrize("backend, blocked, first", [("tensorflow", (), EAGER), ("jax", ("tensorflow",), "")])
def test_smoke_recipe(backend, blocked, first, run_python, tiny_dataset, tmp_path):
    arguments = [
        "--flagfile=configs/distill.flags", "--flagfile=configs/smoke/distill.flags",
        f"--data_dir={tiny_dataset}", f"--output_dir={tmp_path}", "--image_size=32", "--epochs=1",
        "--discriminator_channels=4",
    ]  # fmt: skip
    environment = {"KERAS_BACKEND": backend, "XLA_FLAGS": FAST_COMPILE}
    output = run_python(first + COMMAND.format(arguments=arguments), blocked=blocked, env=environment)
    assert "student_bce" in output
    for name in ("student_best", "student_last", "teacher_best"):
        assert (tmp_path / f"{name}.weights.h5").stat().st_size > 100_000
        saved = json.loads((tmp_path / f"{name}.json").read_text())
        assert saved["config"]["encoder"] == "efficientnet_lite_nano"
        assert 0 <= saved["metadata"]["validation"].get("mae", 0) <= 1
    assert (tmp_path / "checkpoint.npz").exists() and list((tmp_path / "tensorboard").iterdir())
