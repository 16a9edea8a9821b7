import numpy as np
import pytest

from dbdgan_tf.metrics.boundary import boundary_f


def half(column, shape=(60, 80)):
    area = np.zeros(shape, bool)
    area[:, column:] = True
    return area


# The diagonal is 100 px, and the least tolerance 1 px.
@pytest.mark.parametrize(
    ("column", "tolerance", "expected"), [(40, 0.0075, 1), (41, 0.0075, 1), (42, 0.0075, 0)]
)
def test_a_straight_edge_off_by_pixels(column, tolerance, expected):
    assert boundary_f(half(column), half(40), tolerance=tolerance) == expected
    assert boundary_f(half(42), half(40), tolerance=0.03) == 1


def test_half_of_a_boundary_by_hand():
    """The true edge runs through 60 rows; the map follows it through 30 and has no other: P = 1, R = 1/2."""
    predicted, counted = half(40), np.ones((60, 80), bool)
    predicted[30:] = False
    # The horizontal edge of the map between rows 29 and 30, from column 40 on, does not count.
    counted[29:31, 42:] = False
    score = boundary_f(predicted, half(40), counted)
    assert score == pytest.approx(2 / 3, abs=0.03)


def test_no_boundary():
    nothing = np.zeros((60, 80), bool)
    assert boundary_f(nothing, ~nothing) == 1
    assert boundary_f(half(40), nothing) == boundary_f(nothing, half(40)) == 0
    assert boundary_f(half(40), nothing, np.zeros((60, 80), bool)) == 1
