"""Bootstrap confidence intervals over images."""

import numpy as np


def confidence_interval(statistic, count, resamples=1000, seed=0, level=0.95):
    """Percentile bootstrap interval of a statistic of a weighted mean over images.

    Args:
        statistic: takes weights (B, count), each row summing to 1, and returns (B,) values.
        count: number of images.
        resamples: resamples drawn with replacement, >= 1.
        seed: of the draw; one seed, one interval.
        level: coverage in 0..1.

    Returns:
        [low, high] as floats.

    Reference: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    if count < 1 or resamples < 1:
        raise ValueError(f"Images and resamples must be >= 1. Received: {count} and {resamples}.")
    draws = np.random.default_rng(seed).integers(0, count, (resamples, count))
    flat = (draws + count * np.arange(resamples)[:, None]).ravel()
    weights = np.bincount(flat, minlength=resamples * count).reshape(resamples, count) / count
    tail = 100 * (1 - level) / 2
    return [float(bound) for bound in np.percentile(statistic(weights), (tail, 100 - tail))]
