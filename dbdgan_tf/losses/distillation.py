"""Distillation terms: what the student learns from the teacher (section 3.4 of the paper)."""

from keras import ops

from dbdgan_tf.losses.reduction import mean_over_images


def consistency_loss(teacher_map, student_map, sample_weight=None, counted=None):
    """Mean absolute difference of the two soft blur maps.

    Both are (B, H, W, 1), probability of blur in 0..1; other arguments as of `binary_cross_entropy`. Returns
    a scalar in 0..1.
    """
    return mean_over_images(ops.abs(teacher_map - student_map), sample_weight, counted)


def feature_loss(teacher_features, student_features, sample_weight=None, counted=None):
    """Squared distance of feature vectors that were scaled to unit length, averaged over positions.

    Without the scaling, the layer with the largest activations would rule the sum.

    Args:
        teacher_features: Tensor (B, H, W, C), any range.
        student_features: Tensor (B, H, W, C), already adapted to the teacher's channels.
        sample_weight: Tensor (B,) of weights per image, or None.
        counted: Tensor (B, H, W, 1) of 0 and 1 at the size of the features, or None for all.

    Returns:
        A scalar in 0..4: 0 for parallel, 2 for orthogonal, 4 for opposite features.
    """
    difference = _unit(teacher_features) - _unit(student_features)
    return mean_over_images(ops.sum(ops.square(difference), axis=-1, keepdims=True), sample_weight, counted)


def _unit(features):
    features = ops.cast(features, "float32")
    return features / ops.sqrt(ops.sum(ops.square(features), axis=-1, keepdims=True) + 1e-8)
