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
