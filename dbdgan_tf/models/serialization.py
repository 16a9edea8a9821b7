"""Saving a network as weights plus the config that rebuilds it."""

import dataclasses
import json
import os
import pathlib

from dbdgan_tf import models
from dbdgan_tf.atomic_file import replacing, write_bytes
from dbdgan_tf.models.scaling import resolve_scaling

WEIGHTS_SUFFIX = ".weights.h5"
CONFIG_SUFFIX = ".json"
# Kinds of networks and their config classes; names of `dbdgan_tf.models`, as the builders are.
KINDS = {"student": "StudentConfig", "teacher": "TeacherConfig"}


class NetworkConfig:
    """What the configurations of student and teacher share, dataclasses with `encoder` and `scaling`."""

    @property
    def input_scaling(self):
        """The `InputScaling` that turns 0..255 RGB pixels into this network's input."""
        return resolve_scaling(self.scaling, self.encoder)

    def to_dict(self):
        """The config as a JSON-ready dict."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values):
        """The inverse of `to_dict`; a ValueError where an entry is unknown."""
        unknown = sorted(set(values) - set(cls.__dataclass_fields__))
        if unknown:
            name, allowed = cls.__name__.removesuffix("Config").lower(), sorted(cls.__dataclass_fields__)
            raise ValueError(f"Unknown {name} options. Received: {unknown}. Allowed: {allowed}.")
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


@dataclasses.dataclass(frozen=True)
class Network:
    """A network of a static batch of 1, in Keras 3 or tf_keras, ready for the converter.

    `training` is the metadata it was saved with, `checksum` "sha256:..." of its weights.
    """

    model: object
    image_size: tuple
    input_scaling: object
    name: str
    training: dict = dataclasses.field(default_factory=dict)
    checksum: str = ""


def network_files(path):
    """The paths of a saved network's weights and JSON, from PREFIX or either of them."""
    text = os.fspath(path)
    for suffix in (WEIGHTS_SUFFIX, CONFIG_SUFFIX):
        text = text.removesuffix(suffix)
    return pathlib.Path(text + WEIGHTS_SUFFIX), pathlib.Path(text + CONFIG_SUFFIX)


def save_network(path_prefix, model, config, metadata=None):
    """Writes PREFIX.weights.h5 and PREFIX.json; a reader never sees half a file.

    Args:
      path_prefix: where to; parent folders are made.
      model: the network.
      config: its `StudentConfig` or `TeacherConfig`, else a ValueError.
      metadata: a JSON-ready dict to store beside the config, such as metrics or the git revision.

    Returns:
      The path of the JSON file.
    """
    kind = next((kind for kind, name in KINDS.items() if name == type(config).__name__), None)
    if kind is None:
        raise ValueError(f"Unknown kind of config. Received: {type(config)}. Allowed: {[*KINDS.values()]}.")
    return write_network(path_prefix, kind, config, metadata, lambda path: model.save_weights(str(path)))


def write_network(path_prefix, kind, config, metadata, write_weights):
    """As `save_network`, of any kind and with any way of writing the weights to a path."""
    weights_path, config_path = network_files(path_prefix)
    content = {"kind": kind, "config": config.to_dict(), "metadata": metadata or {}}
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    with replacing(weights_path) as partial:
        write_weights(partial)
    write_bytes(config_path, text)
    return config_path


def read_network_json(path, kinds=KINDS):
    """The content of PREFIX.json: a dict with "kind", "config" (as a config object) and "metadata".

    Raises a FileNotFoundError without such a file, a ValueError if it is not the JSON of a saved network.
    """
    config_path = _existing(network_files(path)[1], path)
    refusal = f"{config_path} does not describe a network of kind {list(kinds)}. Received:"
    try:
        content = json.loads(config_path.read_text(encoding="utf-8"))
        if content["kind"] not in kinds:
            raise ValueError(f"{refusal} kind {content['kind']!r}.")
        config = getattr(models, kinds[content["kind"]]).from_dict(content["config"])
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{refusal} {error!r}.") from error
    return {"kind": content["kind"], "config": config, "metadata": content.get("metadata", {})}


def existing_weights(path):
    return _existing(network_files(path)[0], path)


def _existing(file, received):
    if not file.is_file():
        raise FileNotFoundError(f"No saved network: {file} is missing. Received: {received}.")
    return file


def load_network(path, **build_arguments):
    """Rebuilds a network that `save_network` wrote: the model with its weights, and its config.

    Args:
      path: PREFIX, PREFIX.json or PREFIX.weights.h5; a FileNotFoundError or ValueError if one is unusable.
      **build_arguments: passed on to the builder, such as `batch_size=1` or a config override.
    """
    content = read_network_json(path)
    weights_path = existing_weights(path)
    model = getattr(models, f"build_{content['kind']}")(content["config"], **build_arguments)
    try:
        model.load_weights(str(weights_path))
    except OSError as error:
        raise ValueError(f"The weights cannot be read. Received: {weights_path} ({error}).") from error
    return model, content["config"]
