"""The ranges of a quantize-aware network: seeded before the first step, made whole before it is used."""

import numpy as np
import tensorflow as tf

from dbdgan_tf.quantization.legacy_keras import tf_keras

PREFIX = "quant_"
_OUTPUTS = ("output", "post_activation")
_KERNELS = ("kernel", "depthwise_kernel")


def seed_ranges(model, float_model, scaling, batches):
    """Sets every range from those of the float network, on batches of images in 0..255."""
    # tfmot starts all at -6..6 and moves them by a thousandth per step: never enough in a short fine-tuning.
    measured = _measure_outputs(float_model, scaling, batches)
    for layer in model.layers:
        pair = _pair(layer, _OUTPUTS)
        if pair:
            low, high = measured[layer.name.removeprefix(PREFIX)]
            # Zero must be representable: it is what convolutions pad with.
            pair[0].assign(min(low, 0.0))
            pair[1].assign(max(high, 0.0))
    _fix_input_range(model, scaling)
    finish_ranges(model)


def _measure_outputs(model, scaling, batches):
    names = [layer.name for layer in model.layers]
    outputs = tf_keras.Model(model.input, [model.get_layer(name).output for name in names])

    @tf.function(autograph=False)
    def extremes(images):
        values = outputs(images, training=False)
        return tf.stack([[tf.reduce_min(value), tf.reduce_max(value)] for value in values])

    found = [extremes(scaling.apply(np.asarray(images, np.float32))).numpy() for images in batches]
    return dict(zip(names, np.mean(found, axis=0).tolist()))


def _fix_input_range(model, scaling):
    """Gives the input exactly the range of scaled bytes, so that a byte is one step of its quantizer."""
    low, high = ((end - np.array(scaling.mean)) / np.array(scaling.std) for end in (0.0, 255.0))
    (layer,) = [layer for layer in model.layers if type(layer).__name__ == "QuantizeLayer"]
    for variable in layer.weights:
        if "_min" in variable.name:
            variable.assign(low.min())
        elif "_max" in variable.name:
            variable.assign(high.max())


def finish_ranges(model):
    """Brings the ranges that depend on others up to date; needed before validating, saving or converting."""
    # Of present values: tfmot updates them in the forward pass, one step too early.
    for layer in model.layers:
        _set_kernel_range(layer)
    # One range for all that is joined, as the integer kernel demands; else QUANTIZE would come in between.
    for layer in model.layers:
        if type(_inner(layer)).__name__ == "Concatenate":
            _join([layer, *_producers(layer)])


def _set_kernel_range(layer):
    pair = _pair(layer, _KERNELS)
    if pair:
        endings = tuple(f"/{name}:0" for name in _KERNELS)
        (kernel,) = [variable for variable in layer.weights if variable.name.endswith(endings)]
        # As tfmot does it: the last axis is kept. For a depthwise kernel that is one range for the tensor.
        largest = np.abs(kernel.numpy()).max(axis=(0, 1, 2))
        pair[0].assign(-largest)
        pair[1].assign(largest)


def _join(layers):
    pairs = [pair for pair in (_pair(layer, _OUTPUTS) for layer in layers) if pair]
    low = min(float(pair[0].numpy()) for pair in pairs)
    high = max(float(pair[1].numpy()) for pair in pairs)
    for pair in pairs:
        pair[0].assign(low)
        pair[1].assign(high)


def _producers(layer):
    """The layers that make a layer's inputs, looking through those that keep the scale."""
    (node,) = layer.inbound_nodes
    found = []
    for source in tf.nest.flatten(node.inbound_layers):
        found += _producers(source) if type(_inner(source)).__name__ == "UpSampling2D" else [source]
    return found


def _inner(layer):
    return getattr(layer, "layer", layer)


def _pair(layer, names):
    variables = {variable.name.split("/")[-1]: variable for variable in layer.weights}
    name = next((name for name in names if f"{name}_min:0" in variables), None)
    return name and [variables[f"{name}_{end}:0"] for end in ("min", "max")]
