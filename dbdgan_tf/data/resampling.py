"""Affine resampling of batches on every backend."""

import keras
from keras import ops


def affine_transform(images, matrices):
    """Resamples images bilinearly in one pass; beyond the borders (d c b a | a b c d | d c b a) they mirror.

    `matrices` float32 (B, 8), a row a0 a1 a2 b0 b1 b2 0 0 per image: the output pixel (x, y) shows the input
    at (a0 x + a1 y + a2, b0 x + b1 y + b2).
    """
    if keras.backend.backend() == "tensorflow":
        # TensorFlow has a kernel for this, which without XLA is twice as fast as gathering.
        how = {"interpolation": "bilinear", "fill_mode": "reflect", "data_format": "channels_last"}
        return ops.image.affine_transform(images, matrices, **how)
    return affine_gather(images, matrices)


def affine_gather(images, matrices):
    """The same by gathering four neighbours: on JAX 14 times as fast as ops.image.affine_transform (CPU)."""
    _, height, width, channels = images.shape
    rows, columns = ops.meshgrid(
        ops.arange(height, dtype="float32"), ops.arange(width, dtype="float32"), indexing="ij"
    )
    matrices = ops.reshape(matrices, (-1, 8, 1, 1))
    x = matrices[:, 0] * columns + matrices[:, 1] * rows + matrices[:, 2]
    y = matrices[:, 3] * columns + matrices[:, 4] * rows + matrices[:, 5]
    left, right, share_x = _neighbours(x, width)
    upper, lower, share_y = _neighbours(y, height)
    pixels = ops.reshape(images, (-1, channels))
    first = ops.reshape(ops.arange(ops.shape(images)[0], dtype="int32") * (height * width), (-1, 1, 1))

    def row(index):
        start = first + index * width
        here, beside = (ops.take(pixels, start + column, axis=0) for column in (left, right))
        return here * (1 - share_x) + beside * share_x

    return row(upper) * (1 - share_y) + row(lower) * share_y


def _neighbours(positions, size):
    """Indices below and above a position, mirrored into the picture, and the share of the second."""
    below = ops.floor(positions)
    share = ops.expand_dims(positions - below, -1)
    below = ops.cast(below, "int32")
    return _mirror(below, size), _mirror(below + 1, size), share


def _mirror(index, size):
    index = ops.mod(index, 2 * size)
    return ops.where(index < size, index, 2 * size - 1 - index)
