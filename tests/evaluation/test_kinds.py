"""Figures per kind of scene, worked by hand."""

import pytest

from dbdgan_tf.data.layouts import find_samples, read_stems
from dbdgan_tf.data.uniform_scenes import read_groups
from dbdgan_tf.evaluation import EvaluationResult, evaluate, maps_predictor
from dbdgan_tf.evaluation.kinds import format_kinds, kind_figures, read_kinds


def test_a_list_is_cut_to_what_is_scored(tmp_path):
    path = tmp_path / "kinds.txt"
    path.write_text("# header\ncrowd a\nnight a\nnight b\nsnow z\n")
    assert read_kinds(path, "ab") == {"all": {"a", "b"}, "crowd": {"a"}, "night": {"a", "b"}}
    with pytest.raises(ValueError, match="kinds.txt names no photograph that is scored"):
        read_kinds(path, "c")
    for text, match in (
        ("night a b", "Received: 'night a b'. Allowed: 'GROUP STEM'"), ("", "Received: none"),
        ("night a\nnight a", r"2 night, twice: \['a'\]"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(ValueError, match=match):
            read_kinds(path, "a")


def test_photographs_of_a_kind_are_pooled_over_data_sets(dataset):
    samples, maps = find_samples(dataset, "test"), maps_predictor(dataset / "maps")
    result = EvaluationResult.join([evaluate(part, maps) for part in (samples[:2], samples[2:])])
    figures = kind_figures(result, {"mixed": {"a", "c"}, "right": {"b"}, "gone": {"z"}})
    # c is wrong everywhere, with its border in place. At t = 0, P is the mean of 1/3 and 2/3 and R is 1.
    half = {"mae": 0.5, "boundary_f": 1, "accuracy": 0.5}
    f = pytest.approx(0.65 / 1.15)
    assert figures["mixed"] == {"n": 2, "max_f_focus": f, "max_f_blur": f, **half}
    right = {"mae": 0, "boundary_f": 1, "accuracy": 1}
    assert figures["right"] == {"n": 1, "max_f_focus": 1, "max_f_blur": 1, **right} and "gone" not in figures
    assert format_kinds({"low_light": figures["mixed"]}).splitlines() == [
        "| kind of scene | n | max F, in focus | max F, blurred | MAE | boundary F | pixel accuracy |",
        "|---|---|---|---|---|---|---|",
        "| low light | 2 | 0.565 | 0.565 | 0.500 | 1.000 | 0.500 |",
    ]
    one_class = kind_figures(evaluate(samples, maps, "blur"), {"mixed": {"a", "c"}})
    assert one_class["mixed"] == {"n": 2, "max_f_blur": f, **half}
    assert "in focus" not in format_kinds(one_class)


def test_the_committed_kinds_name_photographs_that_figures_come_from(repository, shared_dir):
    kinds = read_groups(repository / "configs/kinds.txt", None)
    held_out = read_stems(repository / "configs/validation.txt")
    test = {sample.stem for sample in find_samples(shared_dir / "data/cuhk", "test")}
    assert set().union(*kinds.values()) <= test | held_out
    sizes = {kind: (len(test & set(stems)), len(held_out & set(stems))) for kind, stems in kinds.items()}
    assert sizes.pop("pairs") == (0, 40)
    assert all(min(counts) >= 4 for counts in sizes.values()), sizes
