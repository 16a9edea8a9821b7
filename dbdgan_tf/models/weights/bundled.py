"""Trained weights that ship with the package, for Keras users who fine-tune."""

import dataclasses
from pathlib import Path

import keras

from dbdgan_tf.models.serialization import network_files, read_network_json

ASSETS = Path(__file__).resolve().parents[2] / "assets"
# Encoder of a student -> PREFIX of its files; which decoder was trained, the .json beside the weights says.
BUNDLED_STUDENTS = {"efficientnet_lite2": "student_lite"}


def bundled_config(encoder=None):
    """The `StudentConfig` of a student that ships, the first one for None; a ValueError if there is none."""
    return read_network_json(_files(encoder or next(iter(BUNDLED_STUDENTS)))[1])["config"]


def bundled_weights(config):
    """The .weights.h5 file for a student of any image size; a ValueError if none fits its config.

    Its kernels are float16; Keras casts them to the model's own type.
    """
    path, description = _files(config.encoder)
    _check_same(config, read_network_json(description)["config"])
    return path


def load_bundled_weights(model, config, build):
    """Loads the trained weights that ship with the package into a student, in Keras or tf_keras.

    `build` makes the same student in Keras where `model` is tf_keras's: only Keras 3 reads the file.
    """
    path = bundled_weights(config)
    if isinstance(model, keras.Model):
        model.load_weights(str(path))
        return
    from dbdgan_tf.models.weights.by_name import copy_weights

    source = build(config)
    source.load_weights(str(path))
    copy_weights(source, model)


def _files(encoder):
    """The weights and the .json of a bundled student, both there."""
    prefix = BUNDLED_STUDENTS.get(encoder)
    if prefix is None:
        allowed = ", ".join(f"encoder={name!r}" for name in BUNDLED_STUDENTS)
        raise ValueError(
            "There are no trained weights for this student. "
            f"Received: encoder={encoder!r}. Allowed: {allowed}."
        )
    path, description = network_files(ASSETS / prefix)
    if not (path.is_file() and description.is_file()):
        raise ValueError(
            f"This installation has no trained weights for {encoder!r}. Received: weights='cuhk', and "
            f"no {path.name} in the package's assets. Allowed: None, 'imagenet' or a .weights.h5 file's path."
        )
    return path, description


def _check_same(config, trained):
    names = [field.name for field in dataclasses.fields(config) if field.name != "image_size"]
    differing = [name for name in names if getattr(config, name) != getattr(trained, name)]
    if differing:
        received, allowed = (
            ", ".join(f"{name}={getattr(each, name)!r}" for name in differing) for each in (config, trained)
        )
        raise ValueError(f"Trained weights are another student's. Received: {received}. Allowed: {allowed}.")
