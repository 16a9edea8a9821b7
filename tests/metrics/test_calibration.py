import numpy as np
import pytest

from dbdgan_tf.metrics.calibration import (
    best_temperature,
    calibration_error,
    level_shares,
    reliability,
    soften,
)


def test_shares_by_hand():
    shares = level_shares(np.array([[0, 51], [51, 255]], np.uint8), np.array([[False, True], [False, True]]))
    assert shares[0, [0, 51, 255]].tolist() == [0.25, 0.5, 0.25] and shares[0].sum() == 1
    assert shares[1, [0, 51, 255]].tolist() == [0, 0.25, 0.25] and shares[1].sum() == 0.5


def test_error_by_hand():
    shares = np.zeros((2, 256))
    # Half the pixels say 0.2 and half of those are positive; the others say 0.8, and 0.6 of those are.
    shares[0, [51, 204]], shares[1, [51, 204]] = 0.5, [0.25, 0.3]
    rows = reliability(shares, bins=5)
    assert np.allclose(rows, [(0.2, 0.5, 0.5), (0.8, 0.6, 0.5)])
    assert calibration_error(shares) == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_of_a_map_that_is_too_sure_is_found(temperature):
    """Pixels spread evenly over the levels, positive as often as the softened level says."""
    shares = np.zeros((2, 256))
    shares[0, 1:255] = 1 / 254
    shares[1, 1:255] = soften(np.arange(1, 255) / 255, temperature) / 254
    assert best_temperature(shares) == pytest.approx(temperature, rel=0.02)
    assert calibration_error(shares, best_temperature(shares)) < 0.003
    assert (calibration_error(shares) > 0.05) == (temperature != 1)


def test_soften_by_hand():
    # logit(0.8) = 2 ln 2, so that half of it is ln 2, the logit of 2/3.
    assert soften(0.8, 2) == pytest.approx(2 / 3)
