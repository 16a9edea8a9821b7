"""The tables of the pages hold what docs/results holds, and a changed figure is noticed."""

import pytest


@pytest.fixture(scope="module")
def tables(load_module, repository):
    return load_module(repository / "scripts/fill_tables.py")


def test_every_page_holds_the_committed_figures(tables):
    assert tables.run(tables.FillConfig(check=True)) == []


def test_figures_intervals_and_published_ones(tables, monkeypatch):
    intervals = {"max_f": [0.8, 0.9], "mae": [0, 0.2]}
    metrics = {"max_f": 0.88, "mae": 0.1, "iou": 0.75, "confidence_95": intervals}
    monkeypatch.setattr(tables, "_read", lambda name: {"focus": {**metrics, "max_f": 0.7}, "blur": metrics})
    filled = tables.fill("a\n<!-- table results own paper_student -->\n\nold\n\n<!-- end -->\nb")
    figures = "0.700 (0.800 to 0.900) | 0.880 (0.800 to 0.900) | 0.100 (0.000 to 0.200) | 0.750"
    assert f"| `own` | {figures} |" in filled
    assert "| the paper's student | 0.929 |" in filled and "old" not in filled
    assert tables.fill(filled) == filled
    with pytest.raises(ValueError, match="Received: 'speed'. Allowed: .*, ablation, calibration"):
        tables.fill("<!-- table speed -->\n<!-- end -->")


def test_kinds_of_scene_of_each_evaluation(tables, monkeypatch):
    night = {"n": 16, "max_f_focus": 0.8571, "max_f_blur": 0.957, "mae": 0.0844, "boundary_f": None}
    monkeypatch.setattr(tables, "_read", lambda name: {"kinds": {"low_light": night | {"accuracy": 0.9}}})
    filled = tables.fill("<!-- table kinds test held -->\n<!-- end -->")
    assert filled.count("| low light | 16 | 0.857 | 0.957 | 0.084 |  | 0.900 |\n\n| kind of scene") == 1
    assert filled.count("| low light |") == 2 and tables.fill(filled) == filled


def test_calibration_before_and_after(tables, monkeypatch):
    calibration = {"error": 0.0512, "temperature": 1.4, "error_at_temperature": 0.0101}
    monkeypatch.setattr(tables, "_read", lambda name: {"blur": {"calibration": calibration}})
    filled = tables.fill("<!-- table calibration own_held_out own_held_out_szu -->\n<!-- end -->")
    for photographs in ("held out", "held out of SZU-BD"):
        assert f"| `own`, {photographs} | 0.051 | 1.400 | 0.010 |" in filled
