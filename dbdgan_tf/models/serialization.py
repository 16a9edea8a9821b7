"""Saving a network as weights plus the config that rebuilds it."""

import importlib
import json
import os
import pathlib

from dbdgan_tf.atomic_file import replacing, write_bytes

WEIGHTS_SUFFIX = ".weights.h5"
CONFIG_SUFFIX = ".json"
# kind: (module, config class, builder)
KINDS = {
    "student": ("dbdgan_tf.models.student", "StudentConfig", "build_student"),
    "teacher": ("dbdgan_tf.models.teacher", "TeacherConfig", "build_teacher"),
}


def network_files(path):
    """The paths of a saved network's weights and JSON, from PREFIX or either of them."""
    text = os.fspath(path)
    for suffix in (WEIGHTS_SUFFIX, CONFIG_SUFFIX):
        text = text.removesuffix(suffix)
    return pathlib.Path(text + WEIGHTS_SUFFIX), pathlib.Path(text + CONFIG_SUFFIX)


def _kind_of(config):
    for kind, (_, class_name, _) in KINDS.items():
        if type(config).__name__ == class_name:
            return kind
    allowed = [names[1] for names in KINDS.values()]
    raise ValueError(f"Unknown kind of config. Received: {type(config).__name__}. Allowed: {allowed}.")


def save_network(path_prefix, model, config, metadata=None):
    """Writes PREFIX.weights.h5 and PREFIX.json; a reader never sees half a file.

    Args:
      path_prefix: where to; parent folders are made.
      model: the network.
      config: its `StudentConfig` or `TeacherConfig`.
      metadata: a JSON-ready dict to store beside the config, such as metrics or the git revision.

    Returns:
      The path of the JSON file.

    Raises:
      ValueError: if the config is of an unknown kind.
    """
    weights_path, config_path = network_files(path_prefix)
    content = {"kind": _kind_of(config), "config": config.to_dict(), "metadata": metadata or {}}
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    with replacing(weights_path) as partial:
        model.save_weights(str(partial))
    write_bytes(config_path, text)
    return config_path


def read_network_json(path):
    """The content of PREFIX.json: a dict with "kind", "config" (as a config object) and "metadata".

    Raises a FileNotFoundError without such a file, a ValueError if it is not the JSON of a saved network.
    """
    _, config_path = network_files(path)
    if not config_path.is_file():
        raise FileNotFoundError(f"No saved network: {config_path} is missing. Received: {path}.")
    try:
        content = json.loads(config_path.read_text(encoding="utf-8"))
        module, class_name, _ = KINDS[content["kind"]]
        config_class = getattr(importlib.import_module(module), class_name)
        config = config_class.from_dict(content["config"])
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{config_path} does not describe a network of kind {list(KINDS)}. Received: {error!r}."
        ) from error
    return {"kind": content["kind"], "config": config, "metadata": content.get("metadata", {})}


def load_network(path, **build_arguments):
    """Rebuilds a network that `save_network` wrote.

    Args:
      path: PREFIX, PREFIX.json or PREFIX.weights.h5.
      **build_arguments: passed on to the builder, such as `batch_size=1` or a config override.

    Returns:
      A pair: the model with its weights, and its config.

    Raises:
      FileNotFoundError: if a file is missing.
      ValueError: if a file is not what it should be.
    """
    content = read_network_json(path)
    weights_path, _ = network_files(path)
    if not weights_path.is_file():
        raise FileNotFoundError(f"No saved network: {weights_path} is missing. Received: {path}.")
    module, _, builder = KINDS[content["kind"]]
    model = getattr(importlib.import_module(module), builder)(content["config"], **build_arguments)
    try:
        model.load_weights(str(weights_path))
    except OSError as error:
        raise ValueError(f"The weights cannot be read. Received: {weights_path} ({error}).") from error
    return model, content["config"]
