"""How each layer of a student is quantized: one named class per way, one table from layers to them."""

from dbdgan_tf.quantization.legacy_keras import tfmot

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
    "Conv2D": None,
    "DepthwiseConv2D": None,
    "BatchNormalization": None,
    "ReLU": None,
    "Activation:swish": LearnedOutput,
    "Activation:silu": LearnedOutput,
    "Activation:sigmoid": SigmoidOutput,
    "Add": LearnedOutput,
    "Multiply": LearnedOutput,
    "GlobalAveragePooling2D": LearnedOutput,
    "Concatenate": LearnedOutput,
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
