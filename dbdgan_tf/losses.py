"""Loss functions of tensors, in keras.ops: content, adversarial and distillation terms (paper, section 3)."""

import cv2
import numpy as np
from keras import ops

__all__ = [
    "ADVERSARIAL_LOSSES", "binary_cross_entropy", "consistency_loss", "edge_loss", "feature_loss",
    "focus_iou_loss", "least_squares_loss", "relativistic_least_squares_loss", "soft_iou_loss", "ssim_loss",
]  # fmt: skip
_LINE = cv2.getGaussianKernel(11, 1.5)
_GAUSSIAN = np.outer(_LINE, _LINE).astype("float32")[:, :, None, None]
_ACROSS = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], "float32") / 4
_SOBEL = np.stack([_ACROSS, _ACROSS.T], axis=-1)[:, :, None, :]


def binary_cross_entropy(target, logits, sample_weight=None, counted=None):
    """Binary cross-entropy per pixel, from what the sigmoid takes: a sure and wrong pixel keeps its gradient.

    `target` (B, H, W, 1) is 1 where blurred, `logits` (B, H, W, 1) the map before its sigmoid;
    `sample_weight` (B,) weighs images; `counted` (B, H, W, 1) is 0 where a pixel is ignored, 1 elsewhere, or
    None for all. Returns a scalar >= 0, in nats.
    """
    logits = ops.cast(logits, "float32")
    return mean_over_images(ops.softplus(logits) - target * logits, sample_weight, counted)


def soft_iou_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the soft intersection over union, averaged over the blurred and the in-focus class.

    Both count because either may be rare in a photograph; a class absent from both maps has an IoU of 1.
    `prediction` (B, H, W, 1) is the probability of blur; other arguments as of `binary_cross_entropy`.
    """
    blurred = _soft_iou(target, prediction, counted)
    focused = _soft_iou(1.0 - target, 1.0 - prediction, counted)
    return mean_over_images(1.0 - 0.5 * (blurred + focused), image_weights(counted, sample_weight))


def focus_iou_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the soft intersection over union of the in-focus class alone, which is often small."""
    focused = _soft_iou(1.0 - target, 1.0 - prediction, counted)
    return mean_over_images(1.0 - focused, image_weights(counted, sample_weight))


def _soft_iou(target, prediction, counted):
    if counted is not None:
        target, prediction = target * counted, prediction * counted
    intersection = ops.sum(target * prediction, axis=(1, 2, 3))
    union = ops.sum(target + prediction - target * prediction, axis=(1, 2, 3))
    return (intersection + 1.0) / (union + 1.0)


def ssim_loss(target, prediction, sample_weight=None, counted=None):
    """One minus the structural similarity of two maps, halved (Wang et al., TIP 2004); sides >= 11 px."""
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
    """Mean absolute difference of the two maps' Sobel gradients, where that of a full step edge is 1."""
    gradients = ops.conv(target - prediction, ops.convert_to_tensor(_SOBEL), padding="valid")
    return mean_over_images(ops.abs(gradients), sample_weight, counted_windows(counted, 3))


def consistency_loss(teacher_map, student_map, sample_weight=None, counted=None):
    """Mean absolute difference of the two soft blur maps, 0..1."""
    return mean_over_images(ops.abs(teacher_map - student_map), sample_weight, counted)


def feature_loss(teacher_features, student_features, sample_weight=None, counted=None):
    """Squared distance of feature vectors that were scaled to unit length, averaged over positions.

    Without the scaling, the layer with the largest activations would rule the sum. Both are (B, H, W, C); 0
    for parallel, 2 for orthogonal, 4 for opposite features.
    """
    difference = _unit(teacher_features) - _unit(student_features)
    return mean_over_images(ops.sum(ops.square(difference), axis=-1, keepdims=True), sample_weight, counted)


def _unit(features):
    features = ops.cast(features, "float32")
    return features / ops.sqrt(ops.sum(ops.square(features), axis=-1, keepdims=True) + 1e-8)


# Each content term, and the output that it is computed from.
_CONTENT = {
    "bce": ("logits", binary_cross_entropy),
    "iou": ("blur_map", soft_iou_loss),
    "focus_iou": ("blur_map", focus_iou_loss),
    "ssim": ("blur_map", ssim_loss),
    "edge": ("blur_map", edge_loss),
}


class ContentObjective:
    """The content terms by the weights of a `LossOptions`; `names` are those above 0, the others rest."""

    def __init__(self, losses):
        weights = {name: getattr(losses, f"{name}_weight") for name in _CONTENT}
        self._weights = {name: weight for name, weight in weights.items() if weight}
        self.names = list(self._weights)
        if not self.names:
            raise ValueError(
                f"All content weights are 0. Allowed: at least one of {', '.join(_CONTENT)} above 0."
            )

    def __call__(self, target, outputs, sample_weight=None, counted=None):
        """The weighted sum, and a dict of the unweighted terms; arguments as of the terms.

        `outputs`: "blur_map" (B, H, W, 1), 0..1, and "logits", the same before its sigmoid.
        """
        values = {}
        for name in self.names:
            output, term = _CONTENT[name]
            values[name] = term(target, outputs[output], sample_weight, counted)
        return sum(self._weights[name] * value for name, value in values.items()), values


def relativistic_least_squares_loss(real, fake, sample_weight=None, counted=None):
    """Relativistic average least squares (Jolicoeur-Martineau, ICLR 2019, equations 20 and 21).

    A score is judged against the other side's average, so that the generator's gradient does not vanish once
    the discriminator is sure. `real` and `fake` (B, ...) are raw scores, of which `counted` (B, h, w, 1) says
    those that count. Returns the discriminator's loss and the generator's.
    """
    real_over_fake = real - mean_over_images(fake, sample_weight, counted)
    fake_over_real = fake - mean_over_images(real, sample_weight, counted)

    def loss(target):
        above = mean_over_images(ops.square(real_over_fake - target), sample_weight, counted)
        below = mean_over_images(ops.square(fake_over_real + target), sample_weight, counted)
        return 0.5 * (above + below)

    return loss(1.0), loss(-1.0)


def least_squares_loss(real, fake, sample_weight=None, counted=None):
    """Least squares (Mao et al., ICCV 2017, equation 9): real scores tend to 1, fake ones to 0."""
    on_real = mean_over_images(ops.square(real - 1.0), sample_weight, counted)
    on_fake = mean_over_images(ops.square(fake), sample_weight, counted)
    return 0.5 * (on_real + on_fake), 0.5 * mean_over_images(ops.square(fake - 1.0), sample_weight, counted)


ADVERSARIAL_LOSSES = {"ralsgan": relativistic_least_squares_loss, "lsgan": least_squares_loss}


def mean_over_images(values, sample_weight=None, counted=None):
    """Weighted mean over images of the mean over everything else; 0 where every weight is 0.

    `values` (B, ...), `sample_weight` (B,) >= 0 or None. With `counted` (B, H, W, 1), 0 where a position is
    ignored, values are (B, H, W, C), and an image of which nothing counts has no weight.
    """
    if counted is not None:
        sample_weight = image_weights(counted, sample_weight)
        share = ops.maximum(ops.mean(counted, axis=(1, 2, 3)), 1e-6)
        values = values * ops.cast(counted, values.dtype) / ops.reshape(share, (-1, 1, 1, 1))
    values = ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)
    if sample_weight is None:
        return ops.mean(values)
    sample_weight = ops.cast(sample_weight, values.dtype)
    return ops.sum(values * sample_weight) / ops.maximum(ops.sum(sample_weight), 1e-6)


def image_weights(counted, sample_weight=None):
    """Weights (B,) in which images without a counted pixel have none; as they were without `counted`."""
    if counted is None:
        return sample_weight
    some = ops.cast(ops.any(counted > 0, axis=(1, 2, 3)), "float32")
    return some if sample_weight is None else some * ops.cast(sample_weight, "float32")


def counted_windows(counted, size, strides=1):
    """Which windows inside the map hold counted pixels alone: (B, h, w, 1) of 0 and 1; None for None."""
    return None if counted is None else -ops.max_pool(-counted, size, strides, padding="valid")
