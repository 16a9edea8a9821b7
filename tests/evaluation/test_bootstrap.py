import numpy as np
import pytest

from dbdgan_tf.evaluation.result import confidence_interval


def test_interval_of_a_mean_matches_the_normal_approximation():
    values = np.random.default_rng(0).normal(3, 2, 400)
    low, high = confidence_interval(lambda weights: weights @ values, 400, 4000)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.02)


def test_one_image_has_no_spread_and_weights_sum_to_one():
    assert confidence_interval(lambda weights: weights.sum(axis=1), 1, 10) == [1, 1]
    assert confidence_interval(lambda weights: weights.sum(axis=1), 7, 10) == pytest.approx([1, 1])


@pytest.mark.parametrize(("count", "resamples"), [(0, 10), (10, 0)])
def test_bad_counts(count, resamples):
    with pytest.raises(ValueError, match="Received"):
        confidence_interval(lambda weights: weights, count, resamples)
