"""Weights addressed by layer name, across models and across Keras implementations."""

import numpy as np


def weights_table(model):
    """All weights of a model: layer name -> list of arrays in the layer's own order."""
    return {layer.name: layer.get_weights() for layer in model.layers if layer.weights}


def assign_weights(model, table, *, required=("",)):
    """Sets the weights of every layer of a model from a table.

    Args:
      model: a Keras or tf_keras model of plain layers.
      table: layer name -> list of arrays, in the layer's own order.
      required: name prefixes of the layers that the table must hold (all by default); others keep theirs.

    Returns:
      The sorted names in `table` that the model has no use for.

    Raises:
      ValueError: if a required layer is missing from the table or a shape differs.
    """
    wanted = {layer.name: layer for layer in model.layers if layer.weights}
    missing = [name for name in wanted if name not in table and name.startswith(tuple(required))]
    if missing:
        raise ValueError(
            f"{len(missing)} layers of {model.name!r} have no weights in the source. "
            f"Received: none for {missing[:8]}."
        )
    for name, layer in wanted.items():
        if name in table:
            _assign_layer(layer, table[name])
    return sorted(set(table) - set(wanted))


def _assign_layer(layer, arrays):
    expected = [tuple(weight.shape) for weight in layer.weights]
    received = [np.shape(array) for array in arrays]
    if expected != received:
        raise ValueError(
            f"The weights of layer {layer.name!r} have other shapes. Received: {received}. "
            f"Allowed: {expected}."
        )
    layer.set_weights(arrays)


def copy_weights(source, target):
    """Copies the weights of every layer by name between two models with the same layers.

    Args:
      source: a Keras or tf_keras model.
      target: a Keras or tf_keras model; every layer with weights must exist in `source` and the reverse.

    Raises:
      ValueError: if a layer of either model has no counterpart.
    """
    unused = assign_weights(target, weights_table(source))
    if unused:
        raise ValueError(f"The target has no layer for {len(unused)} of the source. Received: {unused[:8]}.")
