"""Scores of one blur map against one mask, and the one number by which epochs and recipes are chosen."""

import dataclasses

import cv2
import numpy as np

from dbdgan_tf.metrics.calibration import level_shares

BETA_SQUARED = 0.3
THRESHOLDS = 256
POSITIVES = ("blur", "focus")
VALUE_NAMES = tuple(
    "best_f f_050 adaptive_f mae iou accuracy s_measure e_measure weighted_f boundary_f".split()
)
_HALF = 128
# Share of the diagonal, as in the boundary benchmark of Martin et al. (PAMI 2004).
_TOLERANCE = 0.0075


@dataclasses.dataclass(frozen=True)
class ImageScores:
    """Everything that one image adds to an evaluation.

    precision and recall: float64 (256,) of `map >= t`, t = 0..255, 1 where nothing is predicted or positive;
    values: one float for each of `VALUE_NAMES`; shares: float64 (2, 256), as of `level_shares`.
    """

    precision: np.ndarray
    recall: np.ndarray
    values: dict
    shares: np.ndarray


def to_levels(blur_map):
    """A blur map, uint8 or float in 0..1, at the 256 levels at which every map, or PNG of it, is scored."""
    blur_map = np.asarray(blur_map)
    if blur_map.ndim != 2 or blur_map.size == 0:
        raise ValueError(f"A blur map must be (height, width). Received: shape {blur_map.shape}.")
    if blur_map.dtype == np.uint8:
        return blur_map
    if not np.isfinite(blur_map).all():
        count = np.count_nonzero(~np.isfinite(blur_map))
        raise ValueError(f"A blur map must be finite. Received: {count} NaN or infinite values.")
    low, high = float(blur_map.min()), float(blur_map.max())
    if low < -1e-3 or high > 1 + 1e-3:
        raise ValueError(f"A blur map must lie in 0..1. Received: values from {low:.4g} to {high:.4g}.")
    return np.rint(np.clip(blur_map, 0, 1) * 255).astype(np.uint8)


def f_measure(precision, recall):
    """F-measure with beta^2 = 0.3 (Achanta et al., CVPR 2009); 0 where precision and recall are 0."""
    precision, recall = np.asarray(precision, np.float64), np.asarray(recall, np.float64)
    denominator = BETA_SQUARED * precision + recall
    return (1 + BETA_SQUARED) * precision * recall / np.where(denominator == 0, 1, denominator)


def precision_recall(levels, positive):
    """Each float64 (256,), of `levels >= t`, t = 0..255, against a bool mask; 1 by a denominator of 0."""
    joint = levels.astype(np.int16) + THRESHOLDS * positive
    histogram = np.bincount(joint.ravel(), minlength=2 * THRESHOLDS).reshape(2, THRESHOLDS)
    at_least = histogram[:, ::-1].cumsum(axis=1)[:, ::-1]
    hits, predicted = at_least[1], at_least.sum(axis=0)
    precision = np.where(predicted > 0, hits / np.maximum(predicted, 1), 1.0)
    return precision, hits / hits[0] if hits[0] else np.ones_like(precision)


def adaptive_level(levels):
    """Returns twice the map's mean, at most its maximum and at least 1, as an integer level.

    The cap is the map's own maximum (not 255), so that a map which says anything predicts something; it
    equals pysodmetrics' rule for a map whose values start at 0. An all-zero map predicts nothing.
    """
    return max(int(np.ceil(min(2 * float(levels.mean()), float(levels.max())))), 1)


def score_map(blur_map, mask, positive, counted=None):
    """The `ImageScores` of one blur map for one positive class.

    Args:
        blur_map: float (H, W) in 0..1 or uint8 (H, W), high = blurred.
        mask: bool or float (H, W), 1 = blurred; floats are cut at 0.5 (level 128).
        positive: "blur" or "focus"; for "focus" both map and mask are inverted.
        counted: bool (H, W), the pixels that count, or None for all. S-, E- and weighted F-measure look at
            the whole picture: there the others are negative in both map and mask.
    """
    if positive not in POSITIVES:
        raise ValueError(f"Unknown positive class. Received: {positive!r}. Allowed: {POSITIVES}.")
    levels, mask = to_levels(blur_map), np.asarray(mask)
    target = mask if mask.dtype == bool else mask >= 0.5
    if levels.shape != target.shape:
        raise ValueError(f"Map and mask differ in size. Received: {levels.shape} and {target.shape}.")
    if positive == "focus":
        levels, target = 255 - levels, ~target

    whole = levels / 255.0, target
    boundary = boundary_f(levels >= _HALF, target, counted)
    if counted is not None:
        whole = whole[0] * counted, target & counted
        levels, target = levels[counted][None], target[counted][None]
    if not target.size:
        raise ValueError("A mask must hold pixels that count. Received: one of ignored pixels alone.")
    precision, recall = precision_recall(levels, target)
    f_curve = f_measure(precision, recall)
    called = levels >= _HALF
    union = np.count_nonzero(called | target)
    values = {
        "best_f": f_curve.max(),
        "f_050": f_curve[_HALF],
        "adaptive_f": f_curve[adaptive_level(levels)],
        "mae": np.abs(levels / 255.0 - target).mean(),
        "iou": np.count_nonzero(called & target) / union if union else 1.0,
        "accuracy": (called == target).mean(),
        "boundary_f": boundary,
        **_structure_values(*whole),
    }
    values = {name: float(values[name]) for name in VALUE_NAMES}
    return ImageScores(precision, recall, values, level_shares(levels, target))


def boundary_f(predicted, target, counted=None):
    """F1 of the boundaries of two bool areas; 1 where neither has one, 0 where only one has.

    NaN where the target is of both classes, but every boundary between them lies in pixels that do not count.
    """
    edges = [_boundary(area, counted) for area in (predicted, target)]
    if counted is not None and not edges[1].any() and len(np.unique(target[counted])) > 1:
        return float("nan")
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    reach = max(1.0, _TOLERANCE * np.hypot(*target.shape))
    precision, recall = (
        (cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 5)[own] <= reach).mean()
        for own, other in (edges, edges[::-1])
    )
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _boundary(area, counted):
    """Pixels whose right or lower neighbour lies on the other side."""
    edge = np.zeros(area.shape, bool)
    for axis in (0, 1):
        other = np.swapaxes(area, 0, axis)
        crosses = other[:-1] != other[1:]
        if counted is not None:
            known = np.swapaxes(counted, 0, axis)
            crosses &= known[:-1] & known[1:]
        np.swapaxes(edge, 0, axis)[:-1] |= crosses
    return edge


def _structure_values(probability, target):
    """S-measure, mean E-measure over the 256 thresholds and weighted F, by pysodmetrics."""
    import py_sod_metrics

    class EdgeSafeSmeasure(py_sod_metrics.Smeasure):
        """Safe where the foreground's centroid lies on the last row or column."""

        def ssim(self, pred, gt):
            return super().ssim(pred, gt) if pred.size else 0.0

    alignment = py_sod_metrics.Emeasure()
    # normalize=False: min-max stretching each map would hide a map that is wrong as a whole.
    alignment.step(probability, target, normalize=False)
    structure = EdgeSafeSmeasure()
    structure.step(probability, target, normalize=False)
    if target.any():
        weighted = py_sod_metrics.WeightedFmeasure()
        weighted.step(probability, target, normalize=False)
        weighted_f = weighted.weighted_fms[0]
    else:
        # The library gives 0 even to the right answer; this is the rule of precision and recall above.
        weighted_f = float(not probability.any())
    return {
        "s_measure": structure.sms[0],
        "e_measure": np.minimum(alignment.changeable_ems[0], 1).mean(),
        "weighted_f": weighted_f,
    }


def selection_score(sources, pair_error=None, uniform_error=None):
    """Mean over sources of (max F in focus - MAE), less half of what pairs and uniform scenes are wrong by.

    `sources` are such pairs of ordinary photographs, errors shares of wrong pixels, or None without.
    """
    accuracy = float(np.mean([f - mae for f, mae in sources])) if sources else 0.0
    return accuracy - 0.5 * (pair_error or 0.0) - 0.5 * (uniform_error or 0.0)
