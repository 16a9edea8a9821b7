"""Weights addressed by layer name, across models and across Keras implementations."""

import keras
import numpy as np

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.serialization import load_network


def weights_table(model):
    """All weights of a model: layer name -> list of arrays in the layer's own order."""
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def assign_weights(model, table, *, required=("",)):
    """Sets the weights of a model's layers, shapes checked, from a table of lists of arrays by name.

    The table must hold the layers with the prefixes `required` (all by default); others keep theirs. Returns
    the sorted names in the table that the model has no use for.
    """
    wanted = {layer.name: layer for layer in model.layers if layer.weights}
    missing = [name for name in wanted if name not in table and name.startswith(tuple(required))]
    if missing:
        raise ValueError(
            f"{len(missing)} layers of {model.name!r} have no weights in the source. "
            f"Received: none for {missing[:8]}."
        )
    for name in (name for name in wanted if name in table):
        expected = [tuple(weight.shape) for weight in wanted[name].weights]
        received = [np.shape(array) for array in table[name]]
        if expected != received:
            raise ValueError(
                f"The weights of layer {name!r} have other shapes. Received: {received}. Allowed: {expected}."
            )
        wanted[name].set_weights(table[name])
    return sorted(set(table) - set(wanted))


def copy_weights(source, target):
    """Copies the weights of every layer by name between two models with the same layers.

    Args:
      source: a Keras or tf_keras model.
      target: another one.

    Raises:
      ValueError: if a layer of either model has no counterpart.
    """
    unused = assign_weights(target, weights_table(source))
    if unused:
        raise ValueError(f"The target has no layer for {len(unused)} of the source. Received: {unused[:8]}.")


def encoder_layer_names(encoder):
    """Names of the layers with weights that an encoder has in any network."""
    inputs = keras.Input((64, 64, 3))
    bare = keras.Model(inputs, build_encoder(encoder, inputs))
    return {layer.name for layer in bare.layers if layer.weights}


def load_encoder(model, encoder, path):
    """Sets the encoder of a network to that of a saved one, such as a student's to its teacher's."""
    source, config = load_network(path)
    if config.encoder != encoder:
        raise ValueError(f"{path} has another encoder. Received: {config.encoder!r}. Allowed: {encoder!r}.")
    names = encoder_layer_names(encoder)
    table = {name: arrays for name, arrays in weights_table(source).items() if name in names}
    assign_weights(model, table, required=tuple(names))
