"""How every loss turns one value per image or pixel into one number."""

from keras import ops


def mean_over_images(values, sample_weight=None, counted=None):
    """Weighted mean over images of the mean over everything else; 0 where every weight is 0.

    `values` (B, ...), `sample_weight` (B,) >= 0 or None. With `counted` (B, H, W, 1), 0 where a position is
    ignored, values are (B, H, W, C), and an image of which nothing counts has no weight.
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
    """Weights (B,) in which images without a counted pixel have none; as they were without `counted`."""
    if counted is None:
        return sample_weight
    some = ops.cast(ops.any(counted > 0, axis=(1, 2, 3)), "float32")
    return some if sample_weight is None else some * ops.cast(sample_weight, "float32")


def counted_windows(counted, size, strides=1):
    """Which windows inside the map hold counted pixels alone: (B, h, w, 1) of 0 and 1; None for None."""
    return None if counted is None else -ops.max_pool(-counted, size, strides, padding="valid")
