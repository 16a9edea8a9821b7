"""python -m tflite.benchmark on two tiny models; its measurements: their order, their sums, their units."""

import json

import numpy as np
import pytest

from dbdgan_tf.photo import write_image
from dbdgan_tf.verification import benchmarking
from dbdgan_tf.verification.benchmark import BenchmarkConfig, format_report, run


@pytest.fixture
def files(flat_models, tmp_path):
    """Two models, and photographs that are blurred all over: one of the models' size, one twice as large."""
    for io in ("float32", "uint8"):
        (tmp_path / f"{io}.tflite").write_bytes(flat_models.grey_model((32, 48), io=io))
    for stem, size in (("a", (30, 40)), ("b", (96, 144))):
        for kind, level in (("images", 200), ("masks", 255)):
            write_image(tmp_path / f"data/test/{kind}/{stem}.png", np.full(size, level, np.uint8))
    return tmp_path


def test_table_and_files(files):
    models = tuple(str(files / f"{io}.tflite") for io in ("float32", "uint8"))
    photo = str(files / "data" / "test" / "images" / "a.png")
    options = {"data_dir": str(files / "data"), "photo": photo, "output": str(files / "bench")}
    report = run(BenchmarkConfig(models, threads=(1, 2), rounds=3, options=True, **options))
    written = json.loads((files / "bench.json").read_text())["models"][1]
    assert written["model"] == "uint8.tflite"
    assert written["megabytes"] == (files / "uint8.tflite").stat().st_size / 1e6
    for row in report["models"]:
        assert (row["parameters"], row["multiply_adds"]) == (4, 32 * 48 * 3)
        assert 0 < row["ms_1"]["median"] <= row["ms_1"]["p90"] and 30 < row["peak_megabytes"] < 300
        assert row["max_f"] == pytest.approx(1, abs=0.01)
        # Grey 200: logit 6 * 73 / 128 - 1 = 2.42, so blur 0.918.
        assert row["mae"] == pytest.approx(1 - 0.9184, abs=0.01)
    options = report["options"]["float32.tflite"]
    cut = {"plain": 0, "tile": 1, "tile, zoom 1": 1, "guided": 0, "tile, guided": 1}
    assert {name: row["cut"] for name, row in options.items()} == cut
    assert min(row["max_f_blur"] for row in options.values()) > 0.99
    assert list(report["calls"]["uint8.tflite"]) == ["decode", "resize", "run", "upsample", "whole"]
    text = (files / "bench.md").read_text()
    assert text == format_report(report)
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
    times = benchmarking.median_and_p90([0.001 * k for k in range(1, 12)])
    assert times == pytest.approx({"median": 6.0, "p90": 10.0})


def test_a_failed_process_says_why():
    with pytest.raises(RuntimeError, match="no model file"):
        benchmarking.peak_megabytes("none.tflite")
    with pytest.raises(ValueError, match="--data_dir"):
        benchmarking.compare_options("none.tflite", [])
