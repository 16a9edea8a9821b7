"""What the detector's options do to its metrics and its time."""

import time

import numpy as np

from dbdgan_tf.evaluation.evaluator import evaluate
from dbdgan_tf.inference import BlurDetector
from dbdgan_tf.inference.tiling import TileGrid, windows

# The default grid leaves photographs below twice the model's size whole; zoom 1 cuts these too.
OPTIONS = {
    "plain": {}, "tile": {"tile": TileGrid()}, "tile, zoom 1": {"tile": TileGrid(zoom=1.0)},
    "guided": {"upsampling": "guided"}, "tile, guided": {"tile": TileGrid(), "upsampling": "guided"},
}  # fmt: skip


def compare_options(model, samples, options=None):
    """Scores a `BlurDetector` with each set of options on the same photographs, against the first set.

    Rows hold max_f_focus, max_f_blur, mae, the differences d_focus and d_mae, how many photographs were cut
    into several windows, and the median ms of a call.
    """
    if not samples:
        raise ValueError("Options are compared on images with masks. Received: none. Allowed: --data_dir.")
    rows, first = {}, None
    for name, arguments in (options or OPTIONS).items():
        row = _measure(BlurDetector(model, **arguments), arguments.get("tile"), samples)
        first = first or row
        changes = {"d_focus": row["max_f_focus"] - first["max_f_focus"], "d_mae": row["mae"] - first["mae"]}
        rows[name] = row | changes
    return rows


def _measure(detector, grid, samples):
    seconds, cut = [], []

    def predict(image):
        start = time.perf_counter()
        blur_map = detector(image).blur_map
        seconds.append(time.perf_counter() - start)
        cut.append(grid is not None and len(windows(image.shape[:2], detector.image_size, grid)) > 1)
        return blur_map

    metrics = evaluate(samples, predict, workers=1).metrics(resamples=0)
    return {
        "max_f_focus": metrics["focus"]["max_f"], "max_f_blur": metrics["blur"]["max_f"],
        "mae": metrics["blur"]["mae"], "cut": sum(cut), "ms": 1000 * float(np.median(seconds)),
    }  # fmt: skip
