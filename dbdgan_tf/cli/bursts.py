"""Bursts: photographs taken right after each other, and the best of each."""

import dataclasses


def mark_bursts(rows, seconds):
    """Numbers the bursts by time and marks the sharpest photograph of each.

    Args:
        rows: `Row`s; one without time is a burst of its own, one that failed is none.
        seconds: Most between a photograph and the next of its burst.

    Returns:
        The rows by burst and time, those that failed last.
    """
    scored = sorted((row for row in rows if row.score), key=lambda row: (row.taken is None, row.taken or 0))
    bursts = []
    for row in scored:
        before = bursts[-1][-1].taken if bursts else None
        if None not in (before, row.taken) and row.taken - before <= seconds:
            bursts[-1].append(row)
        else:
            bursts.append([row])
    marked = []
    for number, burst in enumerate(bursts, 1):
        best = max(burst, key=lambda row: row.score.sharpness)
        marked += [dataclasses.replace(row, group=number, best=row is best) for row in burst]
    return marked + [row for row in rows if not row.score]
