"""The encoder of one saved network as the start of another."""

import keras

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.serialization import load_network
from dbdgan_tf.models.weights.by_name import assign_weights, weights_table


def encoder_layer_names(encoder):
    """Names of the layers with weights that an encoder has in any network."""
    inputs = keras.Input((64, 64, 3))
    bare = keras.Model(inputs, build_encoder(encoder, inputs))
    return {layer.name for layer in bare.layers if layer.weights}


def load_encoder(model, encoder, path):
    """Sets the encoder of a network to that of a saved one, such as a student's to its teacher's."""
    source, config = load_network(path)
    if config.encoder != encoder:
        raise ValueError(
            f"The encoder cannot come from {path}. Received: {config.encoder!r}. Allowed: {encoder!r}."
        )
    names = encoder_layer_names(encoder)
    table = {name: arrays for name, arrays in weights_table(source).items() if name in names}
    assign_weights(model, table, required=tuple(names))
