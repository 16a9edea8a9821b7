"""Loss functions of tensors, in keras.ops: content, adversarial and distillation terms."""

from dbdgan_tf.losses.adversarial import (
    ADVERSARIAL_LOSSES,
    least_squares_loss,
    relativistic_least_squares_loss,
)
from dbdgan_tf.losses.content import binary_cross_entropy, edge_loss, focus_iou_loss, soft_iou_loss, ssim_loss
from dbdgan_tf.losses.distillation import consistency_loss, feature_loss

__all__ = [
    "ADVERSARIAL_LOSSES", "binary_cross_entropy", "consistency_loss", "edge_loss", "feature_loss",
    "focus_iou_loss", "least_squares_loss", "relativistic_least_squares_loss", "soft_iou_loss", "ssim_loss",
]  # fmt: skip
