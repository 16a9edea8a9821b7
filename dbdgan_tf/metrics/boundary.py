"""How well a map follows the edges of what is in focus."""

import cv2
import numpy as np

# Of the diagonal, as in the boundary benchmark of Martin et al. (PAMI 2004).
TOLERANCE = 0.0075


def boundary_f(predicted, target, counted=None, tolerance=TOLERANCE):
    """F1 of the boundaries of two bool (H, W) areas; a boundary pixel is met within a share of the diagonal.

    1 where neither has a boundary, 0 where only one has. Boundaries of ignored pixels do not count.
    """
    edges = [_boundary(area, counted) for area in (predicted, target)]
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    reach = max(1.0, tolerance * np.hypot(*target.shape))
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
