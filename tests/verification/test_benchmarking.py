"""The measurements: their order, their sums, their units."""

import pytest

from dbdgan_tf.inference import BlurDetector
from dbdgan_tf.verification.benchmarking import (
    Latency,
    count_work,
    group_profile,
    model_runner,
    peak_megabytes,
    run_module,
    time_alternating,
    time_call,
)
from dbdgan_tf.verification.profiling import OpTime, ProfilingError, profile_in_child


def test_order_alternates():
    calls = []
    runners = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = time_alternating(runners, rounds=2, warmup=1)
    # Warm-up, then backwards and forwards, each twice of which the second is timed.
    assert "".join(calls) == "ab" + "bbaa" + "aabb"
    assert [len(times) for times in seconds.values()] == [2, 2]


def test_latency_in_milliseconds():
    latency = Latency.of([0.001 * k for k in range(1, 12)])
    assert (latency.median, latency.p90) == pytest.approx((6.0, 10.0))


def test_count_work(flat_models, tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(flat_models.grey_model((10, 20)))
    work = count_work(path)
    assert work == {"megabytes": path.stat().st_size / 1e6, "parameters": 4, "multiply_adds": 600}


@pytest.mark.parametrize("io", ["float32", "int8", "uint8"])
def test_model_runner(flat_models, tmp_path, io):
    path = tmp_path / "m.tflite"
    path.write_bytes(flat_models.grey_model(io=io))
    assert model_runner(path, 1)() is None


def test_peak_memory_is_that_of_a_small_process(grey_file):
    assert 30 < peak_megabytes(grey_file) < 300


def test_failed_child_says_why():
    with pytest.raises(RuntimeError, match="no model file"):
        run_module("dbdgan_tf.verification.benchmarking", "none.tflite", 1)


def test_call_parts(flat_models, tmp_path):
    import cv2
    import numpy as np

    cv2.imwrite(str(tmp_path / "p.png"), np.zeros((20, 30, 3), np.uint8))
    parts = time_call(BlurDetector(flat_models.grey_model()), tmp_path / "p.png", rounds=3)
    assert list(parts) == ["decode", "resize", "run", "upsample", "whole"]
    assert min(parts.values()) > 0


def test_group_profile():
    steps = [OpTime(0, "Conv", 1.0, True), OpTime(1, "QUANTIZE", 0.5, False), OpTime(2, "Conv", 2.0, True)]
    assert group_profile(steps) == [("Conv", 2, 3.0), ("QUANTIZE (not delegated)", 1, 0.5)]


def test_profile_names_every_step(flat_models, tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(flat_models.grey_model((64, 64), io="uint8"))
    steps = profile_in_child(path, num_threads=1, runs=3)
    assert [step.name for step in steps if not step.delegated] == ["QUANTIZE", "QUANTIZE"]
    delegated = [step.name for step in steps if step.delegated]
    assert len(delegated) == 2
    assert "Sigmoid" in delegated[1]


def test_profile_of_no_model(tmp_path):
    with pytest.raises(ProfilingError, match="no model file"):
        profile_in_child(tmp_path / "none.tflite")
