import pytest

from dbdgan_tf.verification.int8_choice import choose, format_markdown


def _rows(ptq, qat):
    return {
        "float32": {"bytes": 4_000_000, "max_f_focus": 0.9, "max_f_blur": 0.95, "mae": 0.05},
        "ptq_int8": {"bytes": 1_100_000, "max_f_focus": ptq, "max_f_blur": 0.9, "mae": 0.1},
        "qat_int8": {"bytes": 1_200_000, "max_f_focus": qat, "max_f_blur": 0.9, "mae": 0.1},
    }


@pytest.mark.parametrize(
    ("pick", "ptq", "qat", "expected"),
    [
        ("best", 0.8, 0.7, "ptq_int8"),
        ("best", 0.7, 0.8, "qat_int8"),
        ("best", 0.8, 0.8, "ptq_int8"),
        ("qat", 0.8, 0.7, "qat_int8"),
        ("ptq", 0.7, 0.8, "ptq_int8"),
    ],
)
def test_best_is_chosen_by_score_and_a_named_one_in_any_case(pick, ptq, qat, expected):
    assert choose(_rows(ptq, qat), pick) == expected


def test_a_lower_error_wins_at_equal_f():
    rows = _rows(0.8, 0.8)
    rows["qat_int8"]["mae"] = 0.09
    assert choose(rows, "best") == "qat_int8"


def test_table_names_every_candidate_and_marks_the_picked():
    table = format_markdown({"candidates": _rows(0.8, 0.7), "picked": "ptq_int8"})
    assert table.splitlines() == [
        "| model | MB | max_f_focus | max_f_blur | mae |  |",
        "|---|---|---|---|---|---|",
        "| float32 | 4.00 | 0.9000 | 0.9500 | 0.0500 |  |",
        "| ptq_int8 | 1.10 | 0.8000 | 0.9000 | 0.1000 | picked |",
        "| qat_int8 | 1.20 | 0.7000 | 0.9000 | 0.1000 |  |",
    ]
