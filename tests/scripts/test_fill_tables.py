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
    with pytest.raises(ValueError, match="Received: 'speed'. Allowed: results, uniform, ablation"):
        tables.fill("<!-- table speed -->\n<!-- end -->")
