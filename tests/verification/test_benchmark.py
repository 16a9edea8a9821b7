"""python -m tflite.benchmark on two tiny models; its measurements: their order, their sums, their units."""

import json

import numpy as np
import pytest

from dbdgan_tf.command.child import run_module
from dbdgan_tf.inference import BlurDetector
from dbdgan_tf.photo import write_image
from dbdgan_tf.verification import benchmarking
from dbdgan_tf.verification.benchmark import BenchmarkConfig, format_report, run
from dbdgan_tf.verification.profiling import OpTime, ProfilingError, profile_in_child


@pytest.fixture
def files(flat_models, tmp_path):
    for io in ("float32", "uint8"):
        (tmp_path / f"{io}.tflite").write_bytes(flat_models.grey_model((32, 48), io=io))
    for kind, level in (("images", 200), ("masks", 255)):
        write_image(tmp_path / f"data/test/{kind}/a.png", np.full((30, 40), level, np.uint8))
    return tmp_path


def test_table_and_files(files):
    models = tuple(str(files / f"{io}.tflite") for io in ("float32", "uint8"))
    photo = str(files / "data" / "test" / "images" / "a.png")
    options = {"data_dir": str(files / "data"), "photo": photo, "output": str(files / "bench")}
    report = run(BenchmarkConfig(models, threads=(1, 2), rounds=3, profile=True, options=True, **options))
    assert json.loads((files / "bench.json").read_text())["models"][1]["model"] == "uint8.tflite"
    for row in report["models"]:
        assert (row["parameters"], row["multiply_adds"]) == (4, 32 * 48 * 3)
        assert 0 < row["ms_1"]["median"] <= row["ms_1"]["p90"]
        assert row["max_f"] == pytest.approx(1, abs=0.01)
        # Grey 200: logit 6 * 73 / 128 - 1 = 2.42, so blur 0.918.
        assert row["mae"] == pytest.approx(1 - 0.9184, abs=0.01)
    ways = {"plain", "tile", "tile, zoom 1", "guided", "tile, guided"}
    assert set(report["options"]["float32.tflite"]) == ways
    text = (files / "bench.md").read_text()
    assert text == format_report(report) and "QUANTIZE (not delegated)" in text
    assert text.startswith(
        "| model | megabytes | parameters | multiply_adds | peak_megabytes | ms_1 | ms_2 |"
    )


def test_order_alternates_and_times_are_summed_up_in_milliseconds():
    calls = []
    runners = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = benchmarking.time_alternating(runners, rounds=2, warmup=1)
    # Warm-up, then backwards and forwards, each twice of which the second is timed.
    assert "".join(calls) == "ab" + "bbaa" + "aabb"
    assert [len(times) for times in seconds.values()] == [2, 2]
    latency = benchmarking.Latency.of([0.001 * k for k in range(1, 12)])
    assert (latency.median, latency.p90) == pytest.approx((6.0, 10.0))
    steps = [OpTime(0, "Conv", 1.0, True), OpTime(1, "QUANTIZE", 0.5, False), OpTime(2, "Conv", 2.0, True)]
    summed = [("Conv", 2, 3.0), ("QUANTIZE (not delegated)", 1, 0.5)]
    assert benchmarking.group_profile(steps) == summed


@pytest.mark.parametrize("io", ["float32", "int8", "uint8"])
def test_work_and_runner(flat_models, tmp_path, io):
    path = tmp_path / "m.tflite"
    path.write_bytes(flat_models.grey_model((10, 20), io=io))
    work = {"megabytes": path.stat().st_size / 1e6, "parameters": 4, "multiply_adds": 600}
    assert benchmarking.count_work(path) == work
    assert benchmarking.model_runner(path, 1)() is None


def test_peak_memory_is_that_of_a_small_process_and_a_failed_one_says_why(grey_file):
    assert 30 < benchmarking.peak_megabytes(grey_file) < 300
    with pytest.raises(RuntimeError, match="no model file"):
        run_module("dbdgan_tf.verification.benchmarking", "none.tflite", 1)
    with pytest.raises(ProfilingError, match="no model file"):
        profile_in_child("none.tflite")


def test_call_parts(grey_file, tmp_path):
    write_image(tmp_path / "p.png", np.zeros((20, 30, 3), np.uint8))
    parts = benchmarking.time_call(BlurDetector(grey_file), tmp_path / "p.png", rounds=3)
    assert list(parts) == ["decode", "resize", "run", "upsample", "whole"]
    assert min(parts.values()) > 0


def test_profile_names_every_step(flat_models, tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(flat_models.grey_model((64, 64), io="uint8"))
    steps = profile_in_child(path, num_threads=1, runs=3)
    assert [step.name for step in steps if not step.delegated] == ["QUANTIZE", "QUANTIZE"]
    _, sigmoid = [step.name for step in steps if step.delegated]
    assert "Sigmoid" in sigmoid
