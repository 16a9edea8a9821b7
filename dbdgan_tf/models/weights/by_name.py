"""Weights across models and Keras implementations: copied by layer name, averaged."""

import dataclasses

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
    """Copies the weights of every layer by name, in Keras or tf_keras; a ValueError unless they agree."""
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


def mean_network(paths, **build_arguments):
    """The network, and its config, whose weights are the means of those of saved ones of one configuration.

    Networks that went on from the same weights lie in one valley, and their mean is often better than each
    (model soups, Wortsman et al., ICML 2022). It says nothing where networks began apart.
    """
    if len(paths) < 2:
        raise ValueError(f"A mean needs networks. Received: {list(paths)}. Allowed: two or more.")
    loaded = [load_network(path, **build_arguments) for path in paths]
    network, config = loaded[0]
    for path, (_, other) in zip(paths, loaded):
        # No weight depends on the image size.
        ours, theirs = ({**dataclasses.asdict(one), "image_size": None} for one in (config, other))
        if ours != theirs:
            raise ValueError(
                f"Networks of different configurations have no mean. Received: {path} with {other}. "
                f"Allowed: that of {paths[0]}, {config}."
            )
    arrays = zip(*(each.get_weights() for each, _ in loaded))
    network.set_weights([np.mean(values, axis=0, dtype=np.float64).astype(np.float32) for values in arrays])
    return network, config
