"""Trained weights that ship with the package, for Keras users who fine-tune."""

import dataclasses
from pathlib import Path

import keras

from dbdgan_tf.models.serialization import network_files, read_network_json

ASSETS = Path(__file__).resolve().parents[2] / "assets"
# Encoder of a student -> PREFIX of its files; which decoder was trained, the .json beside the weights says.
BUNDLED_STUDENTS = {"efficientnet_lite2": "student_lite"}


def bundled_config(encoder=None):
    """The configuration of a student that ships.

    Args:
      encoder: its encoder; None takes the first of `BUNDLED_STUDENTS`.

    Returns:
      A `StudentConfig`, at the image size it was trained for.

    Raises:
      ValueError: if there is none with this encoder, or this installation lacks it.
    """
    return read_network_json(_files(encoder or next(iter(BUNDLED_STUDENTS)))[1])["config"]


def bundled_weights(config):
    """The file of trained weights for a student.

    Args:
      config: its `StudentConfig`; the image size does not matter.

    Returns:
      The path of a .weights.h5 file. Its kernels are float16; Keras casts them to the model's own type.

    Raises:
      ValueError: if none fit this config, or this installation lacks them.
    """
    path, description = _files(config.encoder)
    _check_same(config, read_network_json(description)["config"])
    return path


def load_bundled_weights(model, config, build):
    """Loads the trained weights that ship with the package.

    Args:
      model: the student, in Keras or tf_keras.
      config: its `StudentConfig`.
      build: builds the same student in Keras from a config, where `model` is tf_keras's: only Keras 3 reads
        the file.

    Raises:
      ValueError: as `bundled_weights`.
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
    differing = {
        field.name: (getattr(config, field.name), getattr(trained, field.name))
        for field in dataclasses.fields(config)
        if field.name != "image_size"
    }
    differing = {name: pair for name, pair in differing.items() if pair[0] != pair[1]}
    if differing:
        received = ", ".join(f"{name}={own!r}" for name, (own, _) in differing.items())
        allowed = ", ".join(f"{name}={other!r}" for name, (_, other) in differing.items())
        raise ValueError(
            f"The trained weights are another student's. Received: {received}. Allowed: {allowed}."
        )
