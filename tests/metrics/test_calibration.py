import numpy as np
import pytest

from dbdgan_tf.metrics.calibration import (
    best_temperature,
    calibration_error,
    level_shares,
    reliability,
    soften,
)


def test_error_by_hand():
    # Half the pixels say 0.2 and half of those are positive; the others say 0.8, and 0.6 of those are.
    levels, target = np.zeros((2, 2, 10), np.uint8), np.zeros((2, 2, 10), bool)
    levels[0], levels[1], target[0, 0], target[1, 0], target[1, 1, :2] = 51, 204, True, True, True
    shares = level_shares(levels, target)
    assert shares[:, [51, 204]].tolist() == [[0.5, 0.5], [0.25, 0.3]] and shares.sum() == 1.55
    assert np.allclose(reliability(shares, bins=5), [(0.2, 0.5, 0.5), (0.8, 0.6, 0.5)])
    assert calibration_error(shares) == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)
    # logit(0.8) = 2 ln 2, so that half of it is ln 2, the logit of 2/3.
    assert soften(0.8, 2) == pytest.approx(2 / 3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_of_a_map_that_is_too_sure_is_found(temperature):
    """Pixels spread evenly over the levels, positive as often as the softened level says."""
    shares = np.zeros((2, 256))
    shares[0, 1:255] = 1 / 254
    shares[1, 1:255] = soften(np.arange(1, 255) / 255, temperature) / 254
    assert best_temperature(shares) == pytest.approx(temperature, rel=0.02)
    assert calibration_error(shares, best_temperature(shares)) < 0.003
    assert (calibration_error(shares) > 0.05) == (temperature != 1)
