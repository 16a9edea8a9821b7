"""The one number by which epochs and recipes are chosen on held-out photographs."""

import numpy as np


def selection_score(sources, pair_error=None, uniform_error=None):
    """Mean over sources of (max F in focus - MAE), less half of what pairs and uniform scenes are wrong by.

    `sources` are such pairs of ordinary photographs, errors shares of wrong pixels (None without such
    scenes). The higher, the better.
    """
    accuracy = float(np.mean([f - mae for f, mae in sources])) if sources else 0.0
    return accuracy - 0.5 * (pair_error or 0.0) - 0.5 * (uniform_error or 0.0)


def wrong_share(blur_map, mask, counted=None):
    """The share of counted pixels on the wrong side of 0.5."""
    wrong = (np.asarray(blur_map) >= 0.5) != (np.asarray(mask) >= 0.5)
    wrong = wrong if counted is None else wrong[np.asarray(counted, bool)]
    return float(wrong.mean()) if wrong.size else 0.0
