"""From a Keras 3 student to the same network in tf_keras, and from there to a quantize-aware one."""

import numpy as np

from dbdgan_tf.models.student import build_student
from dbdgan_tf.models.weights.by_name import copy_weights
from dbdgan_tf.quantization.legacy_keras import tf_keras, tfmot
from dbdgan_tf.quantization.quantize_configs import CUSTOM_CONFIGS, config_for

TOLERANCE = 1e-5


class RebuildError(RuntimeError):
    """A network in tf_keras does not give what it gives in Keras 3."""


def rebuild_in_tf_keras(student, config, seed=0):
    """Builds a trained Keras 3 student a second time, in tf_keras, with the same weights.

    A RebuildError if an output differs by more than `TOLERANCE`, on noise.
    """
    rebuilt = build_student(config, keras_module=tf_keras)
    copy_weights(student, rebuilt)
    images = np.random.default_rng(seed).uniform(0, 255, (1, *config.image_size, 3)).astype("float32")
    images = config.input_scaling.apply(images)
    error = np.abs(np.asarray(student(images, training=False)) - np.asarray(rebuilt(images, training=False)))
    if not error.max() <= TOLERANCE:
        raise RebuildError(
            f"The student differs between Keras 3 and tf_keras. Received: {error.max():.2e}. "
            f"Allowed: {TOLERANCE:.0e}."
        )
    return rebuilt


def make_quantize_aware(model):
    """A new tf_keras model, every layer annotated by the table of `quantize_configs` and named "quant_...".

    Its ranges are not set yet; see `ranges.seed_ranges`.
    """

    def annotate(layer):
        return tfmot.quantization.keras.quantize_annotate_layer(layer, config_for(layer))

    with tfmot.quantization.keras.quantize_scope(CUSTOM_CONFIGS):
        annotated = tf_keras.models.clone_model(model, clone_function=annotate)
        return tfmot.quantization.keras.quantize_apply(annotated)


def build_qat_student(config, batch_size=None):
    """Builds a quantize-aware student with random weights and unset ranges, for weights to be loaded into.

    Args:
        config: A `StudentConfig` with the mobile decoder.
        batch_size: A fixed batch size for conversion, or None.

    Returns:
        A tf_keras model from scaled images (B, H, W, 3) to blur maps (B, H, W, 1).
    """
    return make_quantize_aware(build_student(config, keras_module=tf_keras, batch_size=batch_size))
