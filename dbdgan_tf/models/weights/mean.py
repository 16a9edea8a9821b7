"""The mean of several networks' weights, where they went on from one start."""

import dataclasses

import numpy as np

from dbdgan_tf.models.serialization import load_network


def mean_network(paths, **build_arguments):
    """Builds the network whose weights are the means of those of saved ones.

    Networks that went on from the same weights lie in one valley, and their mean is often better than each
    (model soups, Wortsman et al., ICML 2022). It says nothing where networks began apart.

    Args:
        paths: Of at least two networks that `save_network` wrote, of one kind and one configuration.
        **build_arguments: As for `load_network`.

    Returns:
        A pair: the network, and its config.

    Raises:
        ValueError: If there are fewer than two, or if one is of another configuration.
    """
    if len(paths) < 2:
        raise ValueError(f"A mean needs networks. Received: {list(paths)}. Allowed: two or more.")
    network, config = load_network(paths[0], **build_arguments)
    sums = [np.asarray(value, np.float64) for value in network.get_weights()]
    for path in paths[1:]:
        other, its_config = load_network(path, **build_arguments)
        if _architecture(its_config) != _architecture(config):
            raise ValueError(
                f"Networks of different configurations have no mean. Received: {path} with {its_config}. "
                f"Allowed: that of {paths[0]}, {config}."
            )
        for total, value in zip(sums, other.get_weights(), strict=True):
            total += value
    network.set_weights([(total / len(paths)).astype(np.float32) for total in sums])
    return network, config


def _architecture(config):
    """The config without its image size, which no weight depends on."""
    return type(config), {**dataclasses.asdict(config), "image_size": None}
