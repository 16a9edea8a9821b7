"""python -m tflite.benchmark on two tiny models."""

import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.verification.benchmark import BenchmarkConfig, format_report, run


@pytest.fixture
def files(flat_models, tmp_path):
    for io in ("float32", "uint8"):
        (tmp_path / f"{io}.tflite").write_bytes(flat_models.grey_model((32, 48), io=io))
    for kind, image in (
        ("images", np.full((30, 40, 3), 200, np.uint8)),
        ("masks", np.full((30, 40), 255, np.uint8)),
    ):
        folder = tmp_path / "data" / "test" / kind
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "a.png"), image)
    return tmp_path


def test_table_and_files(files):
    models = tuple(str(files / f"{io}.tflite") for io in ("float32", "uint8"))
    photo = str(files / "data" / "test" / "images" / "a.png")
    report = run(
        BenchmarkConfig(
            models,
            threads=(1, 2),
            rounds=3,
            data_dir=str(files / "data"),
            photo=photo,
            profile=True,
            options=True,
            output=str(files / "bench"),
        )
    )
    assert json.loads((files / "bench.json").read_text())["models"][1]["model"] == "uint8.tflite"
    for row in report["models"]:
        assert row["parameters"] == 4
        assert row["multiply_adds"] == 32 * 48 * 3
        assert 0 < row["ms_1"]["median"] <= row["ms_1"]["p90"]
        assert row["max_f"] == pytest.approx(1, abs=0.01)
        # Grey 200: logit 6 * 73 / 128 - 1 = 2.42, so blur 0.918.
        assert row["mae"] == pytest.approx(1 - 0.9184, abs=0.01)
    assert set(report["options"]["float32.tflite"]) == {
        "plain",
        "tile",
        "tile, zoom 1",
        "guided",
        "tile, guided",
    }
    text = (files / "bench.md").read_text()
    assert text == format_report(report)
    assert text.startswith(
        "| model | megabytes | parameters | multiply_adds | peak_megabytes | ms_1 | ms_2 |"
    )
    assert "QUANTIZE (not delegated)" in text
