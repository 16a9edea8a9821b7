"""Several evaluations side by side: a self-contained HTML page and a grid picture."""

from dbdgan_tf.evaluation.report.comparison import Comparison
from dbdgan_tf.evaluation.report.page import build_page
from dbdgan_tf.evaluation.report.pictures import grid_picture

__all__ = ["Comparison", "build_page", "grid_picture"]
