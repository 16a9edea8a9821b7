"""How every loss turns one value per image into one number."""

from keras import ops


def mean_over_images(values, sample_weight=None):
    """Weighted mean over images of the mean over everything else.

    Args:
        values: Tensor (B, ...), a loss of any rank.
        sample_weight: Tensor (B,) of weights >= 0, such as 1 for a labelled and 0 for an unlabelled image,
            or None for equal weights.

    Returns:
        A scalar; 0 where every weight is 0.
    """
    values = ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)
    if sample_weight is None:
        return ops.mean(values)
    sample_weight = ops.cast(sample_weight, values.dtype)
    return ops.sum(values * sample_weight) / ops.maximum(ops.sum(sample_weight), 1e-6)
