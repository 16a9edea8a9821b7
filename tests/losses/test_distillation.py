import numpy as np
import pytest

from dbdgan_tf.losses import consistency_loss, feature_loss


def test_consistency_is_the_mean_absolute_difference():
    teacher = np.array([[[[0.2], [0.8]]]], "float32")
    student = np.array([[[[0.5], [0.9]]]], "float32")
    assert float(consistency_loss(teacher, student)) == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize("student, expected", [([2.0, 0.0], 0.0), ([0.0, 3.0], 2.0), ([-5.0, 0.0], 4.0)])
def test_feature_loss_depends_on_direction_only(student, expected):
    teacher = np.array([1.0, 0.0], "float32").reshape(1, 1, 1, 2)
    student = np.array(student, "float32").reshape(1, 1, 1, 2)
    assert float(feature_loss(teacher, student)) == pytest.approx(expected, abs=1e-5)


def test_feature_loss_is_finite_for_dead_features():
    assert np.isfinite(
        float(feature_loss(np.zeros((1, 2, 2, 3), "float32"), np.ones((1, 2, 2, 3), "float32")))
    )
