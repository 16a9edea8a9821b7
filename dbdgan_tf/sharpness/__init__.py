"""Is a photograph sharp? The blur map says where to look, the edges there how sharp it is."""

from dbdgan_tf.sharpness.edges import EdgeBlur, edge_blur
from dbdgan_tf.sharpness.score import SHARP_AT, Score, relative_roi, score, score_pixels

__all__ = ["SHARP_AT", "EdgeBlur", "Score", "edge_blur", "relative_roi", "score", "score_pixels"]
