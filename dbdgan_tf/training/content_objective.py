"""The weighted sum of content terms that both teacher and student minimise."""

from dbdgan_tf.losses import binary_cross_entropy, edge_loss, focus_iou_loss, soft_iou_loss, ssim_loss

# Which output a term is computed from, where it is not the map.
_TAPS = {"bce": "logits"}


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
