"""Photographs by the million: `BlurRows` for any engine of rows, `dbdgan batch` on Ray Data (extra `ray`)."""

from dbdgan_tf.batch.blur_rows import BlurRows

__all__ = ["BlurRows"]
