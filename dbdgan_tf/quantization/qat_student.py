"""From a Keras 3 student to tf_keras and to a quantize-aware one: a way of quantizing for each layer."""

import numpy as np

from dbdgan_tf.models.student import build_student
from dbdgan_tf.models.weights.by_name import copy_weights
from dbdgan_tf.quantization.legacy_keras import tf_keras, tfmot

TOLERANCE = 1e-5
_quantizers = tfmot.quantization.keras.quantizers


class Unquantized(tfmot.quantization.keras.QuantizeConfig):
    """Leaves a layer alone: no weights, no activation, no output."""

    def get_weights_and_quantizers(self, layer):
        return []

    def set_quantize_weights(self, layer, values):
        return None

    def get_config(self):
        return {}

    get_activations_and_quantizers = get_output_quantizers = get_weights_and_quantizers
    set_quantize_activations = set_quantize_weights


class LearnedOutput(Unquantized):
    """Quantizes the output to 8 bits; its range is a moving average (decay 0.999) over training batches."""

    def get_output_quantizers(self, layer):
        how = {"num_bits": 8, "per_axis": False, "symmetric": False, "narrow_range": False}
        return [_quantizers.MovingAverageQuantizer(**how)]


class SigmoidOutput(Unquantized):
    """Quantizes the output as the LOGISTIC operator of TensorFlow Lite must: scale 1/256 from 0 on."""

    def get_output_quantizers(self, layer):
        return [_quantizers.FixedQuantizer(num_bits=8, init_min=0.0, init_max=255 / 256, narrow_range=False)]


CUSTOM_CONFIGS = {config.__name__: config for config in (Unquantized, LearnedOutput, SigmoidOutput)}

# None: tfmot's own config. Convolutions, batch norms and their ReLU6 must have it, since any custom config on
# one of them keeps tfmot (and then the converter) from folding the batch norm into the convolution.
LAYER_CONFIGS = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "BatchNormalization", "ReLU")),
    **dict.fromkeys(("Activation:swish", "Activation:silu", "Add", "Multiply"), LearnedOutput),
    **dict.fromkeys(("GlobalAveragePooling2D", "Concatenate"), LearnedOutput),
    "Activation:sigmoid": SigmoidOutput,
    # Resizing in int8 keeps the scale of what it resizes.
    "UpSampling2D": Unquantized,
}


def config_for(layer):
    """The `QuantizeConfig` of a tf_keras layer, None for tfmot's own; a ValueError without an entry."""
    key = type(layer).__name__
    if key == "Activation":
        key += f":{layer.activation.__name__}"
    if key not in LAYER_CONFIGS:
        raise ValueError(
            f"There is no way of quantizing the layer {layer.name!r}. Received: {key}. "
            f"Allowed: {', '.join(sorted(LAYER_CONFIGS))}. The mobile decoder consists of these alone."
        )
    config = LAYER_CONFIGS[key]
    return config and config()


def rebuild_in_tf_keras(student, config):
    """A trained Keras 3 student in tf_keras; a RuntimeError if its maps differ by over `TOLERANCE`."""
    rebuilt = build_student(config, keras_module=tf_keras)
    copy_weights(student, rebuilt)
    images = np.random.default_rng(0).uniform(0, 255, (1, *config.image_size, 3)).astype("float32")
    images = config.input_scaling.apply(images)
    error = np.abs(np.asarray(student(images, training=False)) - np.asarray(rebuilt(images, training=False)))
    if not error.max() <= TOLERANCE:
        raise RuntimeError(
            f"The student differs between Keras 3 and tf_keras. Received: {error.max():.2e}. "
            f"Allowed: {TOLERANCE:.0e}."
        )
    return rebuilt


def make_quantize_aware(model):
    """A new tf_keras model, layers annotated by `LAYER_CONFIGS` and named "quant_..."; ranges are unset."""

    def annotate(layer):
        return tfmot.quantization.keras.quantize_annotate_layer(layer, config_for(layer))

    with tfmot.quantization.keras.quantize_scope(CUSTOM_CONFIGS):
        annotated = tf_keras.models.clone_model(model, clone_function=annotate)
        return tfmot.quantization.keras.quantize_apply(annotated)


def build_qat_student(config, batch_size=None):
    """A quantize-aware student of a `StudentConfig` with the mobile decoder; its ranges are unset."""
    return make_quantize_aware(build_student(config, keras_module=tf_keras, batch_size=batch_size))
