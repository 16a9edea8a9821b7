"""Bootstrap confidence intervals over images."""

import numpy as np


def confidence_interval(statistic, count, resamples=1000, seed=0):
    """[low, high] of the 95 % percentile bootstrap interval of a statistic of a weighted mean over images.

    `statistic` maps weights (B, count), rows of sum 1, to (B,) values. Reference: Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13.
    """
    if count < 1 or resamples < 1:
        raise ValueError(f"Images and resamples must be >= 1. Received: {count} and {resamples}.")
    draws = np.random.default_rng(seed).integers(0, count, (resamples, count))
    flat = (draws + count * np.arange(resamples)[:, None]).ravel()
    weights = np.bincount(flat, minlength=resamples * count).reshape(resamples, count) / count
    return [float(bound) for bound in np.percentile(statistic(weights), (2.5, 97.5))]
