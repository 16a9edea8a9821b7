import numpy as np
import pytest

from dbdgan_tf.metrics.selection import selection_score, wrong_share


def test_selection_by_hand():
    sources = [(0.9, 0.1), (0.8, 0.2)]
    assert selection_score(sources) == pytest.approx(0.7)
    assert selection_score(sources, pair_error=0.2, uniform_error=0.1) == pytest.approx(0.7 - 0.1 - 0.05)
    assert selection_score([], pair_error=0.4) == pytest.approx(-0.2)


def test_wrong_share_by_hand():
    blur_map = np.array([[0.9, 0.2], [0.5, 0.4]])
    mask = np.array([[1, 1], [0, 0]])
    assert wrong_share(blur_map, mask) == 0.5
    assert wrong_share(blur_map, mask, np.array([[1, 0], [1, 1]])) == pytest.approx(1 / 3)
    assert wrong_share(blur_map, mask, np.zeros((2, 2))) == 0
