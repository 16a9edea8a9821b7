"""Metrics as a text table."""

from dbdgan_tf.evaluation.result import METRIC_NAMES


def format_table(rows):
    """Formats metrics dicts, as `ClassScores.metrics` returns them, one per line.

    Args:
        rows: list of (name, metrics).

    Returns:
        Text of aligned columns: name, positive class, n, every metric, the threshold of max_f, and the 95 %
        intervals of max_f and mae where they were computed.
    """
    head = ("", "positive", "n", *METRIC_NAMES, "threshold")
    intervals = any("confidence_95" in metrics for _, metrics in rows)
    if intervals:
        head = (*head, "max_f 95 %", "mae 95 %")
    lines = [head] + [_cells(name, metrics, intervals) for name, metrics in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _cells(name, metrics, intervals):
    cells = [name, metrics["positive"], str(metrics["n"])]
    cells += [f"{metrics[key]:.4f}" for key in METRIC_NAMES] + [str(metrics["max_f_threshold"])]
    if intervals:
        bounds = metrics.get("confidence_95", {})
        cells += ["{:.3f}-{:.3f}".format(*bounds[key]) if key in bounds else "" for key in ("max_f", "mae")]
    return tuple(cells)
