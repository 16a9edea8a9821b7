"""Depthwise kernels of equal range in all channels, so that one scale for all of them loses nothing.

tfmot gives a depthwise kernel, whose last axis has length 1, one scale per tensor, post-training quantization
one per channel. The batch norm behind can carry the difference: kernel / a, mean / a, variance / a^2 and a
gamma that makes up for epsilon give the same output, and the converter folds it back into scales per channel.
"""

import numpy as np

_SMALLEST = 1e-6


def equalize_depthwise(model):
    """Scales channels to a largest weight of 1, in place; by layer, the largest over the smallest before."""
    spread = {}
    for layer in model.layers:
        norm = _norm_behind(layer)
        if norm is None:
            continue
        (kernel,) = layer.get_weights()
        ranges = np.maximum(np.abs(kernel).max(axis=(0, 1, 3)), _SMALLEST)
        layer.set_weights([kernel / ranges[None, None, :, None]])
        norm.set_weights(_rescaled(norm, ranges))
        spread[layer.name] = float(ranges.max() / ranges.min())
    return spread


def _norm_behind(layer):
    if type(layer).__name__ != "DepthwiseConv2D" or layer.use_bias or layer.depth_multiplier != 1:
        return None
    followers = [node.outbound_layer for node in layer.outbound_nodes]
    return followers[0] if [type(one).__name__ for one in followers] == ["BatchNormalization"] else None


def _rescaled(norm, ranges):
    gamma, beta, mean, variance = norm.get_weights()
    smaller = variance / ranges**2
    # Epsilon is added to either variance; the ratio of the two square roots belongs into gamma.
    gamma = gamma * np.sqrt(smaller + norm.epsilon) / np.sqrt(variance + norm.epsilon) * ranges
    return [gamma, beta, mean / ranges, smaller]
