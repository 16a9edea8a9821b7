"""Content terms: how far a blur map is from the ground truth (section 3.3 of the paper), and their sum."""

import cv2
import numpy as np
from keras import ops

from dbdgan_tf.losses.reduction import counted_windows, image_weights, mean_over_images

_LINE = cv2.getGaussianKernel(11, 1.5)
_GAUSSIAN = np.outer(_LINE, _LINE).astype("float32")[:, :, None, None]
_ACROSS = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "float32") / 4
_SOBEL = np.stack([_ACROSS, _ACROSS.T], axis=-1)[:, :, None, :]
# Which output a term is computed from, where it is not the map.
_TAPS = {"bce": "logits"}


def binary_cross_entropy(target, logits, sample_weight=None, counted=None):
    """Binary cross-entropy per pixel, from what the sigmoid takes: a sure and wrong pixel keeps its gradient.

    Args:
        target: Tensor (B, H, W, 1), ground truth in 0..1, 1 = blurred.
        logits: Tensor (B, H, W, 1), the map before its sigmoid, any range.
        sample_weight: Tensor (B,) of weights per image, or None.
        counted: Tensor (B, H, W, 1), 0 where a pixel is ignored and 1 elsewhere, or None for all.

    Returns:
        A scalar >= 0, in nats.
    """
    logits = ops.cast(logits, "float32")
    return mean_over_images(ops.softplus(logits) - target * logits, sample_weight, counted)


def soft_iou_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the soft intersection over union, averaged over the blurred and the in-focus class.

    Both classes count because a map is used both ways, and either may be rare in a photograph.
    A class absent from both maps has an IoU of 1. `prediction` (B, H, W, 1) is the probability of blur in
    0..1; other arguments as of `binary_cross_entropy`. Returns a scalar in 0..1.
    """
    blurred = _soft_iou(target, prediction, counted)
    focused = _soft_iou(1.0 - target, 1.0 - prediction, counted)
    return mean_over_images(1.0 - 0.5 * (blurred + focused), image_weights(counted, sample_weight))


def focus_iou_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the soft intersection over union of the in-focus class alone.

    The subject in focus is often small. Its own IoU weighs its pixels by how few they are, which the mean
    over both classes does by half. Arguments as of `soft_iou_loss`. Returns a scalar in 0..1.
    """
    focused = _soft_iou(1.0 - target, 1.0 - prediction, counted)
    return mean_over_images(1.0 - focused, image_weights(counted, sample_weight))


def _soft_iou(target, prediction, counted):
    if counted is not None:
        target, prediction = target * counted, prediction * counted
    intersection = ops.sum(target * prediction, axis=(1, 2, 3))
    union = ops.sum(target + prediction - target * prediction, axis=(1, 2, 3))
    return (intersection + 1.0) / (union + 1.0)


def ssim_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the structural similarity of two maps, halved (Wang et al., TIP 2004).

    The window is the usual one: Gaussian, 11x11, sigma 1.5; no side may be shorter. Arguments as of
    `soft_iou_loss`. Returns a scalar in 0..1.
    """
    kernel = ops.convert_to_tensor(_GAUSSIAN)

    def blur(x):
        return ops.conv(x, kernel, padding="valid")

    mean_t, mean_p = blur(target), blur(prediction)
    variance_t = blur(target * target) - mean_t * mean_t
    variance_p = blur(prediction * prediction) - mean_p * mean_p
    covariance = blur(target * prediction) - mean_t * mean_p
    c1, c2 = 0.01**2, 0.03**2
    similarity = ((2.0 * mean_t * mean_p + c1) * (2.0 * covariance + c2)) / (
        (mean_t * mean_t + mean_p * mean_p + c1) * (variance_t + variance_p + c2)
    )
    return mean_over_images(0.5 * (1.0 - similarity), sample_weight, counted_windows(counted, 11))


def edge_loss(target, prediction, sample_weight=None, counted=None):
    """Mean absolute difference of the two maps' Sobel gradients, where that of a full step edge is 1.

    Arguments as of `soft_iou_loss`. Returns a scalar >= 0.
    """
    gradients = ops.conv(target - prediction, ops.convert_to_tensor(_SOBEL), padding="valid")
    return mean_over_images(ops.abs(gradients), sample_weight, counted_windows(counted, 3))


class ContentObjective:
    """Cross-entropy, IoU of both classes and of one, SSIM and edge terms, by the weights of a `LossOptions`.

    Terms of weight 0 are never computed.
    """

    def __init__(self, losses):
        terms = {
            "bce": (losses.bce_weight, binary_cross_entropy),
            "iou": (losses.iou_weight, soft_iou_loss),
            "focus_iou": (losses.focus_iou_weight, focus_iou_loss),
            "ssim": (losses.ssim_weight, ssim_loss),
            "edge": (losses.edge_weight, edge_loss),
        }
        self._terms = {name: term for name, term in terms.items() if term[0]}
        if not self._terms:
            raise ValueError(
                f"All content weights are 0. Allowed: at least one of {', '.join(terms)} above 0."
            )

    @property
    def names(self):
        """Names of the terms that are switched on."""
        return list(self._terms)

    def __call__(self, target, outputs, sample_weight=None, counted=None):
        """The weighted sum, and a dict of the unweighted terms; arguments as in `dbdgan_tf.losses`.

        `outputs`: "blur_map" (B, H, W, 1), 0..1, and "logits", the same before its sigmoid.
        """
        values = {
            name: loss(target, outputs[_TAPS.get(name, "blur_map")], sample_weight, counted)
            for name, (_, loss) in self._terms.items()
        }
        return sum(self._terms[name][0] * value for name, value in values.items()), values
