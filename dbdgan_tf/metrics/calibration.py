"""Whether a probability of 0.8 means that four of five such pixels are positive."""

import numpy as np

BINS = 15
# Levels 0 and 255 stand for half a level, as the logarithm of 0 would outweigh everything.
_PROBABILITIES = np.clip(np.arange(256) / 255, 0.5 / 255, 1 - 0.5 / 255)
_TEMPERATURES = np.geomspace(0.2, 5, 161)


def level_shares(levels, target):
    """float64 (2, 256): at each level, the share of the pixels that are there, and there and positive."""
    both = [np.bincount(chosen, minlength=256) for chosen in (levels.ravel(), levels[target])]
    return np.stack(both) / levels.size


def reliability(shares, temperature=1.0, bins=BINS):
    """Rows (mean probability, share of positives, share of pixels) of the equal bins that hold any."""
    probabilities = soften(_PROBABILITIES, temperature)
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    pixels, positive, mass = (
        np.bincount(places, weights, bins) for weights in (shares[0], shares[1], shares[0] * probabilities)
    )
    return [(mass[i] / pixels[i], positive[i] / pixels[i], pixels[i]) for i in np.flatnonzero(pixels)]


def calibration_error(shares, temperature=1.0, bins=BINS):
    """Expected calibration error (Guo et al., ICML 2017): mean gap of probability and share of positives."""
    rows = reliability(shares, temperature, bins)
    return float(sum(weight * abs(told - true) for told, true, weight in rows))


def best_temperature(shares):
    """The temperature, 0.2 to 5, of least cross-entropy; above 1 softens a map that is too sure."""
    probabilities = soften(_PROBABILITIES, _TEMPERATURES[:, None])
    likelihoods = np.log(probabilities) @ shares[1] + np.log1p(-probabilities) @ (shares[0] - shares[1])
    return float(_TEMPERATURES[likelihoods.argmax()])


def soften(probabilities, temperature):
    """sigmoid(logit(p) / temperature), p in 0..1 without its ends."""
    return 1 / (1 + (1 / np.asarray(probabilities) - 1) ** (1 / temperature))
