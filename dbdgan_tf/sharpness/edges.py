"""How blurred the edges of a photograph are, in its own pixels, by direction, whatever contrast and noise."""

import dataclasses

import cv2
import numpy as np

# Standard deviations, px, of the two blurs whose gradients are compared; a central difference adds 1/3 px^2.
_FINE, _COARSE = 0.6, 1.8
_FINE_VARIANCE, _COARSE_VARIANCE = _FINE**2 + 1 / 3, _COARSE**2 + 1 / 3
# The photograph is measured in its most promising cells: half of it, at most 0.6 megapixels.
_CELL, _MARGIN, _CELL_SHARE, _LEAST_CELLS, _MOST_CELLS = 96, 8, 0.5, 4, 64
_LEAST_DETAIL, _LAG = 0.1, 2
# Edges rise above noise, which the quietest blocks show, by this factor, and by this many grey levels a px;
# of faint texture at most this share is left out.
_NOISE_FACTOR, _LEAST_GRADIENT, _BLOCK, _QUIET_PERCENT = 7.0, 1.0, 16, 5
_TEXTURE_FACTOR, _MOST_TEXTURE = 5.0, 0.7
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
# Of each direction the strongest quarter counts; one with few or faint edges does not.
_DIRECTIONS, _STRONG_SHARE, _FAINT, _LEAST_SHARE = 8, 0.25, 0.3, 0.02
_LEAST_EDGES, _LEAST_OF_A_DIRECTION, _PRIOR, _NARROWEST = 60, 10, 0.1, 0.16
# From this variance on a photograph of half the size tells more.
_HALVE_FROM, _LARGEST_FACTOR, _SMALLEST_SIDE = 3.0, 8, 64
_DIFFERENCE = np.array([[-0.5, 0, 0.5]], np.float32)


@dataclasses.dataclass(frozen=True)
class EdgeBlur:
    """Blur of the edges.

    `variance` is that of the Gaussian, px^2, in the widest direction, down to -0.7 for lines thinner than
    edges; `anisotropy` how many times wider edges are there than at right angles to it, 1 or more.
    """

    variance: float
    anisotropy: float


def edge_blur(grey, focus=None):
    """Measures how blurred the best edges are.

    At a Gaussian edge of standard deviation s the gradient of the photograph blurred by t is proportional to
    1 / sqrt(s^2 + t^2); from two t follows s. Place and direction of an edge are read from the coarser one
    and both gradients are taken with their sign, so that noise averages out. Motion by a length L adds
    L^2 / 12 cos^2 of the angle between it and the gradient: a cosine through the medians by direction gives
    the widest and the narrowest.

    Args:
        grey: uint8 (H, W) at the photograph's own size.
        focus: Optional float32 (h, w) of any size: how much each place matters, 0..1.

    Returns:
        An `EdgeBlur`, or None where there are too few edges to tell.

    Source:
        Zhuo and Sim, "Defocus map estimation from a single image", 2011, section 3.
    """
    found, factor, least = [], 1, -_FINE_VARIANCE
    while True:
        seen = _by_direction(grey, focus)
        here = seen and _fit(*seen)
        if here:
            found.append(EdgeBlur(max(least, here.variance) * factor**2, here.anisotropy))
        halved = grey.shape[1] // 2, grey.shape[0] // 2
        clear = here and here.variance < _HALVE_FROM
        if clear or factor == _LARGEST_FACTOR or min(halved) < _SMALLEST_SIDE:
            break
        # What is halved for being wide cannot turn out thin; flat profiles only seem wider than they are.
        least = _HALVE_FROM / 4 if here else least / 4
        grey, factor = cv2.resize(grey, halved, interpolation=cv2.INTER_AREA), 2 * factor
    if not found:
        return None
    anisotropy = np.exp(np.mean([np.log(blur.anisotropy) for blur in found]))
    return EdgeBlur(found[-1].variance, float(anisotropy))


def _by_direction(grey, focus):
    """Variances of the edges, px^2, and their weights, (8,) each; None for too few."""
    strength, direction, ratio = _edge_points(_best_cells(grey, focus))
    if len(strength) < _LEAST_EDGES:
        return None
    faint = _FAINT * np.quantile(strength, 1 - _STRONG_SHARE)
    nearest = np.rint(direction * (_DIRECTIONS / np.pi)).astype(int) % _DIRECTIONS
    members = [_strongest(np.flatnonzero(nearest == d), strength, faint) for d in range(_DIRECTIONS)]
    total = sum(map(len, members))
    least = max(min(_LEAST_OF_A_DIRECTION, 0.1 * total), _LEAST_SHARE * total)
    weights = np.array([len(m) / total if len(m) >= least else 0 for m in members])
    if not weights.any():
        return None
    variances = [np.median(_variance(ratio[m])) if weight else 0 for m, weight in zip(members, weights)]
    return np.array(variances), weights


def best_place(grey, focus=None):
    """(x, y), px, of the middle of the cell that counts most; arguments as for `edge_blur`."""
    detail = _detail(grey, focus)
    row, column = np.unravel_index(np.argmax(detail), detail.shape)
    height, width = (side / cells for side, cells in zip(grey.shape, detail.shape))
    return int((column + 0.5) * width), int((row + 0.5) * height)


def _detail(grey, focus):
    rows, columns = (max(1, side // _CELL) for side in grey.shape)
    detail = cv2.resize(_bends(grey), (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    # The quietest cell shows what is noise everywhere.
    detail -= detail.min()
    if focus is not None:
        detail *= cv2.resize(focus, (columns, rows), interpolation=cv2.INTER_AREA)
    return detail


def _best_cells(grey, focus):
    """The cells with the most fine detail, where it matters: float32 (cells, height, width) with margins."""
    detail = _detail(grey, focus)
    rows, columns = detail.shape
    count = min(max(round(_CELL_SHARE * detail.size), _LEAST_CELLS), _MOST_CELLS, detail.size)
    best = np.argsort(-detail, axis=None, kind="stable")[:count]
    # A small sharp subject must not drown in its soft background.
    enough = detail.ravel()[best] >= _LEAST_DETAIL * detail.ravel()[best][:_LEAST_CELLS].mean()
    best = best[enough | (np.arange(len(best)) < _LEAST_CELLS)]
    padded = cv2.copyMakeBorder(grey, *[_MARGIN] * 4, cv2.BORDER_REFLECT_101)
    height, width = (min(side, _CELL) if n > 1 else side for n, side in zip((rows, columns), grey.shape))
    tops, lefts = best // columns * grey.shape[0] // rows, best % columns * grey.shape[1] // columns
    outer = height + 2 * _MARGIN, width + 2 * _MARGIN
    return np.stack([padded[y : y + outer[0], x : x + outer[1]] for y, x in zip(tops, lefts)])


def _bends(grey):
    """How far each fourth line's pixels are from the mean of two diagonal neighbours."""
    if min(grey.shape) <= 2 * _LAG:
        return np.zeros_like(grey)
    lines = (grey.shape[0] - 2 * _LAG + 3) // 4
    before, centre, after = (
        grey[start::4, start : grey.shape[1] - 2 * _LAG + start][:lines] for start in (0, _LAG, 2 * _LAG)
    )
    return cv2.absdiff(centre, cv2.addWeighted(before, 0.5, after, 0.5, 0))


def _edge_points(cells):
    """Of each edge point: strength in grey levels a px, direction 0..pi, fine over coarse gradient."""
    flat = cells.reshape(-1, cells.shape[2]).astype(np.float32)
    fine, coarse = (cv2.GaussianBlur(flat, (0, 0), sigma) for sigma in (_FINE, _COARSE))
    across, down = (cv2.filter2D(coarse, -1, kernel) for kernel in (_DIFFERENCE, _DIFFERENCE.T))
    strength = cv2.magnitude(across, down)
    candidates = np.zeros(cells.shape, bool)
    inside = np.s_[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    candidates[inside] = strength.reshape(cells.shape)[inside] > _least_gradient(flat)
    at, values, width = np.flatnonzero(candidates), strength.ravel(), flat.shape[1]
    x, y = across.ravel()[at] / values[at], down.ravel()[at] / values[at]
    # One pixel on, along the gradient.
    step = np.rint(1.3 * y).astype(int) * width + np.rint(1.3 * x).astype(int)
    ridge = (values[at] >= values[at + step]) & (values[at] > values[at - step])
    if ridge.any():
        texture = min(_TEXTURE_FACTOR * _quiet(strength), np.quantile(values[at[ridge]], _MOST_TEXTURE))
        ridge &= values[at] >= texture
    at, x, y = at[ridge], x[ridge], y[ridge]
    fine = fine.ravel()
    gradient = ((fine[at + 1] - fine[at - 1]) * x + (fine[at + width] - fine[at - width]) * y) / 2
    return values[at], np.arctan2(y, x) % np.pi, gradient / values[at]


def _least_gradient(flat):
    """The coarse gradient, grey levels a px, that noise does not reach."""
    noise = _quiet(np.abs(cv2.filter2D(flat, -1, _NOISE_KERNEL))) * np.sqrt(np.pi / 2) / 6
    return _LEAST_GRADIENT + _NOISE_FACTOR * noise / (np.sqrt(8 * np.pi) * _COARSE_VARIANCE)


def _quiet(plane):
    size = [max(1, side // _BLOCK) for side in plane.shape[::-1]]
    return np.percentile(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), _QUIET_PERCENT)


def _strongest(members, strength, faint):
    own = strength[members]
    return members[own >= max(faint, np.quantile(own, 1 - _STRONG_SHARE) if len(own) else 0)]


def _variance(ratio):
    """Variance of edges, px^2, from the ratio of their gradients: 1 at wide ones, 2.1 at perfect ones."""
    squared = np.clip(ratio, 1 + 1e-3, None) ** 2
    return (_COARSE_VARIANCE - squared * _FINE_VARIANCE) / (squared - 1)


def _fit(variances, weights):
    """A cosine through the variances by direction; a prior holds its swing down where few are seen."""
    angles = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    waves = np.stack([np.ones(_DIRECTIONS), np.cos(angles), np.sin(angles)], 1)
    weights = np.sqrt(weights)
    equations = np.vstack([waves * weights[:, None], _PRIOR * np.eye(3)[1:]])
    mean, a, b = np.linalg.lstsq(equations, np.append(variances * weights, [0, 0]), rcond=None)[0]
    widest, narrowest = mean + np.hypot(a, b), max(mean - np.hypot(a, b), _NARROWEST)
    return EdgeBlur(float(max(widest, -_FINE_VARIANCE)), float(np.sqrt(max(1, widest / narrowest))))
