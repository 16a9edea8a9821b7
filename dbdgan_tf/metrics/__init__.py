"""What a blur map is worth against its mask: the figures that training and evaluation share."""

from dbdgan_tf.metrics.scores import ImageScores, f_measure, score_map

__all__ = ["ImageScores", "f_measure", "score_map"]
