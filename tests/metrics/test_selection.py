import pytest

from dbdgan_tf.metrics.scores import selection_score


def test_selection_by_hand():
    sources = [(0.9, 0.1), (0.8, 0.2)]
    assert selection_score(sources) == pytest.approx(0.7)
    assert selection_score(sources, pair_error=0.2, uniform_error=0.1) == pytest.approx(0.7 - 0.1 - 0.05)
    assert selection_score([], pair_error=0.4) == pytest.approx(-0.2)
