"""Weights that a network starts with: copied by name, those that ship, and what is refused."""

import dataclasses

import keras
import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.weights import imagenet
from dbdgan_tf.models.weights.by_name import copy_weights

NANO = "efficientnet_lite_nano"


def small(name="a", units=3, extra=False):
    inputs = keras.Input((4,))
    x = keras.layers.Dense(units, name=name)(inputs)
    x = keras.layers.BatchNormalization(name="bn")(x)
    return keras.Model(inputs, keras.layers.Dense(1, name="last")(x) if extra else x)


def test_a_copy_equals_and_what_is_missing_unused_or_of_another_shape_is_an_error():
    source, target = small(), small()
    copy_weights(source, target)
    np.testing.assert_array_equal(source(np.ones((2, 4))), target(np.ones((2, 4))))
    with pytest.raises(ValueError, match="no weights in the source. Received: none for ..b.."):
        copy_weights(small("a"), small("b"))
    with pytest.raises(ValueError, match="no layer for 1"):
        copy_weights(small(extra=True), small())
    with pytest.raises(ValueError, match="layer 'a' have other shapes"):
        copy_weights(small(units=2), small(units=3))


def test_what_ships_at_any_size_in_tf_keras_too_and_for_no_other_config(tmp_path, monkeypatch):
    import tf_keras

    config = StudentConfig(encoder=NANO, image_size=(64, 64))
    student = build_student(config)
    save_network(tmp_path / "student_lite", student, config)
    monkeypatch.setattr(imagenet, "ASSETS", tmp_path)
    assert build_student(weights="cuhk").input_shape == (None, 64, 64, 3)
    for module in (keras, tf_keras):
        loaded = build_student(image_size=(32, 96), weights="cuhk", keras_module=module)
        assert loaded.input_shape == (None, 32, 96, 3)
        assert all(map(np.array_equal, loaded.get_weights(), student.get_weights()))
    for options, message in (
        ({"head_stride": 4}, "Received: head_stride=4. Allowed: head_stride=2"),
        ({"decoder": "paper"}, "Received: decoder='paper'.* Allowed: decoder='mobile'"),
        ({"encoder": "efficientnet_lite0"}, "Received: encoder='efficientnet_lite0'"),
        (
            {"encoder": NANO, "weights": "imagenet"},
            f"no such weights.*for '{NANO}'. Allowed: none",
        ),
        ({"encoder": NANO, "weights": "nowhere"}, "nowhere"),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            build_student(**{"weights": "cuhk", **options})
    monkeypatch.setattr(imagenet, "ASSETS", tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="student_lite.json is missing"):
        build_student(weights="cuhk")


def test_what_is_shipped_loads():
    config = dataclasses.replace(imagenet.bundled_config(), image_size=(32, 64))
    assert config.encoder == "efficientnet_lite2"
    maps = np.asarray(build_student(config, weights="cuhk")(np.zeros((1, 32, 64, 3), "float32")))
    assert maps.shape == (1, 32, 64, 1) and np.all(np.isfinite(maps))
