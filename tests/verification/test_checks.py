"""Structure reports and budgets; which int8 file is kept."""

import dataclasses
import re

import numpy as np
import pytest

from dbdgan_tf.conversion.tensorflow_export import split_byte_conversions
from dbdgan_tf.verification.checks import BUDGETS, Budget, check_structure, compare_maps
from dbdgan_tf.verification.int8_choice import choose, format_markdown


@pytest.fixture
def check(tmp_path):
    """The `StructureReport` of a file's content."""

    def check(content):
        (tmp_path / "m.tflite").write_bytes(content)
        return check_structure(tmp_path / "m.tflite")

    return check


def test_a_good_float_file(flat_models, check):
    report = check(flat_models.grey_model())
    assert (report.variant, report.partitions) == ("float32", 1)
    assert report.histogram == {"CONV_2D": 1, "LOGISTIC": 1}
    assert report.failures(BUDGETS["float32"]) == []
    assert any("MB; allowed: 0.001" in failure for failure in report.failures(Budget(megabytes=0.001)))


def test_a_good_int8_file(flat_models, check):
    content = flat_models.grey_model(io="uint8", variant="int8")
    left = "operators left to the built-in kernels: QUANTIZE, QUANTIZE; allowed: none"
    assert check(content).failures(BUDGETS["int8"]) == [left]
    assert check(split_byte_conversions(content)).failures(BUDGETS["int8"]) == []


def test_every_fault_is_named(flat_models, check):
    report = check(flat_models.grey_model(variant="int8"))
    (fault,) = report.failures(BUDGETS["int8"])
    assert re.fullmatch(r"\d float tensors in an int8 graph: .+", fault)
    broken = dataclasses.replace(
        report, histogram={"RESHAPE": 2, "CUSTOM_X": 1}, float_tensors=(), stray_quantizes=("q",),
        gpu_violations=("v",), partitions=3,
    )  # fmt: skip
    assert broken.failures(Budget()) == [
        "RESHAPE operators: 2; allowed: 0", "custom operator CUSTOM_X; allowed: built-in",
        "3 XNNPACK partitions; allowed: 1", "1 stray QUANTIZE: q", "GPU delegate: v",
    ]  # fmt: skip


def test_map_report_by_hand():
    reference = np.zeros((2, 2), np.float32)
    report = compare_maps(
        [(reference, np.array([[0, 0.1], [0, 0]])), (reference, reference)],
        {"max_f": (0.9, 0.88), "mae": (0.1, 0.1)},
    )
    assert (report.images, report.max_abs_error, report.mean_abs_error) == pytest.approx((2, 0.1, 0.1 / 8))
    failures = report.failures(Budget(max_abs_error=0.05, max_f_change=0.005, mae_change=0.01))
    assert failures == ["max_abs_error 0.100000; allowed: 0.05", "max_f_change 0.020000; allowed: 0.005"]
    assert report.failures(Budget()) == []
    report = compare_maps([(np.zeros((2, 2)), np.full((2, 2), np.nan))])
    assert report.bad_values == 1
    assert len(report.failures(Budget(mean_abs_error=1))) == 2
    with pytest.raises(ValueError, match="no image"):
        compare_maps([])


def _rows(ptq, qat):
    scores = {"ptq_int8": ptq, "qat_int8": qat}
    return {name: {"bytes": 1_100_000, "max_f_focus": f, "mae": 0.1} for name, f in scores.items()}


def test_best_is_chosen_by_score_and_a_named_one_in_any_case():
    for pick, ptq, qat, expected in (
        ("best", 0.8, 0.7, "ptq"), ("best", 0.7, 0.8, "qat"), ("best", 0.8, 0.8, "ptq"),
        ("qat", 0.8, 0.7, "qat"), ("ptq", 0.7, 0.8, "ptq"),
    ):  # fmt: skip
        assert choose(_rows(ptq, qat), pick) == f"{expected}_int8"
    # At equal F a lower error wins.
    rows = _rows(0.8, 0.8)
    rows["qat_int8"]["mae"] = 0.09
    assert choose(rows, "best") == "qat_int8"
    table = format_markdown({"candidates": rows, "picked": "qat_int8"}).splitlines()
    assert table[-1] == "| qat_int8 | 1.10 | 0.8000 |  | 0.0900 | picked |" and "picked" not in table[-2]
