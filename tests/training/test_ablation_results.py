"""The ablation's table against figures worked by hand."""

import pytest

from dbdgan_tf.training import ablation_results as results
from dbdgan_tf.training.ablation_variants import find_variants

VARIANTS = find_variants(["content", "adversarial", "consistency"])


def result(variant, seed, focus, minutes=2.0):
    figures = {"max_f_focus": focus, "max_f_blur": 0.95, "mae": 0.9 - focus}
    return results.RunResult(variant, seed, figures, minutes, ("--seed=1",))


RESULTS = [
    result("content", 1, 0.80, 2.0), result("content", 2, 0.84, 4.0),
    result("adversarial", 1, 0.83), result("adversarial", 2, 0.85, None),
    result("consistency", 3, 0.9, None),
]  # fmt: skip


def test_mean_spread_and_gain_seed_by_seed():
    content, adversarial, consistency = results.summarize(VARIANTS, RESULTS)
    assert content["max_f_focus"] == pytest.approx({"mean": 0.82, "spread": 0.02})
    assert content["mae"] == pytest.approx({"mean": 0.08, "spread": 0.02})
    assert (content["minutes"], content["gain"], content["seeds"]) == (3.0, None, [1, 2])
    # 0.03 with seed 1, 0.01 with seed 2.
    assert adversarial["gain"] == pytest.approx({"mean": 0.02, "spread": 0.01})
    assert adversarial["mae_change"] == pytest.approx({"mean": -0.02, "spread": 0.01})
    assert adversarial["minutes"] == 2.0
    assert consistency["gain"] is None and consistency["minutes"] is None


def test_markdown():
    rows = results.format_rows(results.summarize(VARIANTS, RESULTS[:4])).splitlines()
    columns = "max F, in focus | max F, blurred | MAE | gain in focus | change of MAE | minutes"
    assert rows[0] == f"| variant | over | seeds | {columns} |"
    figures = "0.8200 ± 0.0200 | 0.9500 ± 0.0000 | 0.0800 ± 0.0200"
    assert rows[2] == f"| content loss only |  | 2 | {figures} |  |  | 3.0 |"
    assert "| +0.0200 ± 0.0100 | -0.0200 ± 0.0100 | 2.0 |" in rows[3]
    assert len(rows) == 4
    untimed = results.format_rows(results.summarize(VARIANTS, RESULTS[:4]), timed=False).splitlines()
    assert [row.rpartition(" | ")[0] + " |" for row in rows if "---" not in row] == [
        row for row in untimed if "---" not in row
    ]


def test_a_result_comes_back_only_for_the_same_flags(tmp_path):
    assert results.load_result(tmp_path, ("--seed=1",)) is None
    results.save_result(tmp_path, RESULTS[0])
    assert results.load_result(tmp_path, ("--seed=1",)) == RESULTS[0]
    with pytest.raises(ValueError, match=r"Received: \['--epochs=3'\]"):
        results.load_result(tmp_path, ("--seed=1", "--epochs=3"))


def test_a_run_without_held_out_photographs(tmp_path):
    (tmp_path / "student_last.json").write_text('{"metadata": {"validation": {}}}')
    with pytest.raises(ValueError, match="--validation_fraction above 0"):
        results.validation_metrics(tmp_path)
