import numpy as np
import pytest

from dbdgan_tf.losses import least_squares_loss, relativistic_least_squares_loss


def scores(values):
    return np.array(values, "float32")[:, None]


def test_least_squares_by_hand():
    discriminator, generator = least_squares_loss(scores([1.0, 0.0]), scores([0.5, 0.5]))
    assert float(discriminator) == pytest.approx(0.5 * (0.5 + 0.25))
    assert float(generator) == pytest.approx(0.5 * 0.25)


def test_relativistic_by_hand():
    # real mean 2, fake mean 0: real-fake = 2 +- 1, fake-real = -2.
    discriminator, generator = relativistic_least_squares_loss(scores([1.0, 3.0]), scores([0.0, 0.0]))
    assert float(discriminator) == pytest.approx(0.5 * ((0.0 + 4.0) / 2 + 1.0))
    assert float(generator) == pytest.approx(0.5 * ((4.0 + 16.0) / 2 + 9.0))


@pytest.mark.parametrize("loss", [least_squares_loss, relativistic_least_squares_loss])
def test_swapped_sides_and_weights(loss):
    real, fake = scores([0.3, 9.0]), scores([-0.2, -9.0])
    only_first = loss(real, fake, np.array([1.0, 0.0], "float32"))
    alone = loss(real[:1], fake[:1])
    np.testing.assert_allclose([float(x) for x in only_first], [float(x) for x in alone], atol=1e-6)


def test_relativistic_loss_is_half_each_way_when_scores_agree():
    discriminator, generator = relativistic_least_squares_loss(scores([0.7, 0.7]), scores([0.7, 0.7]))
    assert float(discriminator) == pytest.approx(1.0)
    assert float(generator) == pytest.approx(1.0)
