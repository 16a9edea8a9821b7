"""A quantize-aware student on disk: PREFIX.weights.h5 and PREFIX.json with the kind "qat_student"."""

import re

import h5py

from dbdgan_tf.model_file.metadata import weights_checksum
from dbdgan_tf.models import serialization
from dbdgan_tf.quantization.qat_student import build_qat_student

KIND = "qat_student"


def save_qat_student(path_prefix, model, config, metadata=None):
    """Writes a quantize-aware student, ranges included; a reader never sees half a file.

    Args:
        path_prefix: Where to; parent folders are made.
        model: The tf_keras model.
        config: Its `StudentConfig`.
        metadata: JSON types to keep beside it.

    Returns:
        The path of the JSON file.
    """

    def write(path):
        with h5py.File(path, "w") as file:
            for variable in model.weights:
                file[_key(variable)] = variable.numpy()

    return serialization.write_network(path_prefix, KIND, config, metadata, write)


def load_qat_student(path, batch_size=None, image_size=None):
    """Rebuilds a quantize-aware student.

    Args:
        path: PREFIX, PREFIX.json or PREFIX.weights.h5.
        batch_size: A fixed batch size for conversion, or None.
        image_size: (height, width) in place of the saved one, or None.

    Returns:
        A pair: the tf_keras model and its `StudentConfig`.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If the files hold something else.
    """
    config = _read_json(path)["config"]
    if image_size is not None:
        config = config.replace(image_size=tuple(image_size))
    weights_path = serialization.existing_weights(path)
    model = build_qat_student(config, batch_size)
    _read_arrays(weights_path, model)
    return model, config


def load_network_for_conversion(path, image_size=None):
    """Rebuilds a quantize-aware student as `dbdgan_tf.conversion` takes it, a `Network`.

    Args:
        path: PREFIX, PREFIX.json or PREFIX.weights.h5.
        image_size: (height, width) in place of the saved one, or None.
    """
    model, config = load_qat_student(path, batch_size=1, image_size=image_size)
    return serialization.Network(
        model=model, image_size=tuple(config.image_size), input_scaling=config.input_scaling,
        name=f"{config.encoder}-{config.decoder}", training=_read_json(path)["metadata"],
        checksum=weights_checksum(serialization.network_files(path)[0]),
    )  # fmt: skip


def _read_json(path):
    return serialization.read_network_json(path, {KIND: serialization.KINDS["student"]})


def _key(variable):
    """A variable's name, without the number that tf_keras gives the input quantizer of a second network."""
    return re.sub(r"quantize_layer(_\d+)?", "quantize_layer", variable.name)


def _read_arrays(path, model):
    stored = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: stored.update({name: item[()]} if hasattr(item, "shape") else {}))
    expected = {_key(variable): variable for variable in model.weights}
    differing = sorted(stored.keys() ^ expected.keys()) or [
        f"{name} {stored[name].shape}" for name, variable in expected.items()
        if stored[name].shape != tuple(variable.shape)
    ]  # fmt: skip
    if differing:
        raise ValueError(f"{path} holds other weights than the config says. Received: {differing[:5]}.")
    for name, variable in expected.items():
        variable.assign(stored[name])
