"""The one number by which epochs and recipes are chosen on held-out photographs."""

import numpy as np


def selection_score(sources, pair_error=None, uniform_error=None):
    """Mean over sources of (max F in focus - MAE), less half of what pairs and uniform scenes are wrong by.

    Args:
        sources: Pairs (max F in focus, MAE), each in 0..1, one per source of ordinary photographs.
        pair_error: Share of wrong pixels of scenes focused near and far, 0..1, or None without such scenes.
        uniform_error: Share of wrong pixels of scenes of one kind all over, 0..1, or None without them.

    Returns:
        A float in -2..1, higher is better.
    """
    accuracy = float(np.mean([f - mae for f, mae in sources])) if sources else 0.0
    return accuracy - 0.5 * (pair_error or 0.0) - 0.5 * (uniform_error or 0.0)


def wrong_share(blur_map, mask, counted=None):
    """The share of counted pixels on the wrong side of 0.5.

    Args:
        blur_map: float (H, W) in 0..1, 1 = blurred.
        mask: (H, W), bool or 0..1.
        counted: bool (H, W), or None for all.

    Returns:
        A float in 0..1; 0 where nothing counts.
    """
    wrong = (np.asarray(blur_map) >= 0.5) != (np.asarray(mask) >= 0.5)
    wrong = wrong if counted is None else wrong[np.asarray(counted, bool)]
    return float(wrong.mean()) if wrong.size else 0.0
