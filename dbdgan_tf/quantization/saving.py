"""A quantize-aware student on disk: PREFIX.weights.h5 and PREFIX.json with the kind "qat_student"."""

import re

import h5py

from dbdgan_tf.model_file.metadata import weights_checksum
from dbdgan_tf.models import serialization
from dbdgan_tf.quantization.qat_student import build_qat_student
from dbdgan_tf.training.checkpoint import differing_names

KIND = "qat_student"


def save_qat_student(path_prefix, model, config, metadata=None):
    """Writes a quantize-aware student, ranges included, and its `StudentConfig`; the JSON file's path."""

    def write(path):
        with h5py.File(path, "w") as file:
            for variable in model.weights:
                file[_key(variable)] = variable.numpy()

    return serialization.write_network(path_prefix, KIND, config, metadata, write)


def load_qat_student(path, batch_size=None, image_size=None):
    """The quantize-aware student of a PREFIX and its `StudentConfig`; a ValueError for other files."""
    config = _read_json(path)["config"]
    if image_size is not None:
        config = config.replace(image_size=tuple(image_size))
    weights_path = serialization.existing_weights(path)
    model, stored = build_qat_student(config, batch_size), {}
    with h5py.File(weights_path, "r") as file:
        file.visititems(lambda name, item: stored.update({name: item[()]} if hasattr(item, "shape") else {}))
    expected = {_key(variable): variable for variable in model.weights}
    if differing := differing_names(stored, expected):
        raise ValueError(f"{weights_path} holds other weights than its config says: {differing[:5]}.")
    for name, variable in expected.items():
        variable.assign(stored[name])
    return model, config


def load_network_for_conversion(path, image_size=None):
    """The quantize-aware student of a PREFIX as `dbdgan_tf.conversion` takes it, a `Network`."""
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
