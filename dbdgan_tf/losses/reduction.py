"""How every loss turns one value per image or pixel into one number."""

from keras import ops


def mean_over_images(values, sample_weight=None, counted=None):
    """Weighted mean over images of the mean over everything else.

    Args:
        values: Tensor (B, ...), a loss of any rank; with `counted` (B, H, W, C).
        sample_weight: Tensor (B,) of weights >= 0, such as 1 for a labelled and 0 for an unlabelled image,
            or None for equal weights.
        counted: Tensor (B, H, W, 1), 1 where a position counts and 0 where it is ignored, or None for all.
            An image of which nothing counts has no weight.

    Returns:
        A scalar; 0 where every weight is 0.
    """
    if counted is not None:
        sample_weight = image_weights(counted, sample_weight)
        share = ops.maximum(ops.mean(counted, axis=(1, 2, 3)), 1e-6)
        values = values * ops.cast(counted, values.dtype) / ops.reshape(share, (-1, 1, 1, 1))
    values = ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)
    if sample_weight is None:
        return ops.mean(values)
    sample_weight = ops.cast(sample_weight, values.dtype)
    return ops.sum(values * sample_weight) / ops.maximum(ops.sum(sample_weight), 1e-6)


def image_weights(counted, sample_weight=None):
    """Weights per image in which those without a counted pixel have none.

    Args:
        counted: Tensor (B, H, W, 1) of 0 and 1, or None for all.
        sample_weight: Tensor (B,), or None for equal weights.

    Returns:
        Tensor (B,); `sample_weight` as it is where `counted` is None.
    """
    if counted is None:
        return sample_weight
    some = ops.cast(ops.any(counted > 0, axis=(1, 2, 3)), "float32")
    return some if sample_weight is None else some * ops.cast(sample_weight, "float32")


def counted_windows(counted, size, strides=1):
    """Which windows hold counted pixels alone.

    Args:
        counted: Tensor (B, H, W, 1) of 0 and 1, or None for all.
        size: Side of the windows in pixels.
        strides: Pixels from window to window.

    Returns:
        Tensor (B, h, w, 1) of 0 and 1, windows inside the map ("valid"); None for None.
    """
    return None if counted is None else -ops.max_pool(-counted, size, strides, padding="valid")
