"""Trained weights that ship: found by config, cast, loaded at another size and on another backend."""

import dataclasses

import keras
import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.serialization import read_network_json
from dbdgan_tf.models.weights import bundled

NANO = "efficientnet_lite_nano"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """(folder, student) of the nano student, saved under the lite one's name."""
    folder = tmp_path_factory.mktemp("assets")
    keras.utils.set_random_seed(0)
    config = StudentConfig(encoder=NANO, image_size=(64, 64))
    student = build_student(config)
    save_network(folder / "student_lite", student, config)
    return folder, student


@pytest.fixture
def shipped(saved, monkeypatch):
    """As `saved`, and the library looks there."""
    monkeypatch.setattr(bundled, "ASSETS", saved[0])
    monkeypatch.setattr(bundled, "BUNDLED_STUDENTS", {NANO: "student_lite"})
    return saved


def test_any_size_and_tf_keras(shipped):
    import tf_keras

    for module in (keras, tf_keras):
        loaded = build_student(encoder=NANO, image_size=(32, 96), weights="cuhk", keras_module=module)
        for name in ("stem_conv", "head_conv"):
            found, saved = (network.get_layer(name).get_weights()[0] for network in (loaded, shipped[1]))
            np.testing.assert_array_equal(found, saved)


def test_without_a_config_it_is_the_trained_student(shipped):
    loaded = build_student(weights="cuhk")
    assert (loaded.input_shape, loaded.name) == (shipped[1].input_shape, shipped[1].name)
    assert bundled.bundled_config(NANO) == StudentConfig(encoder=NANO, image_size=(64, 64))
    assert build_student(image_size=(32, 96), weights="cuhk").input_shape == (None, 32, 96, 3)
    with pytest.raises(ValueError, match="Received: decoder='paper'.* Allowed: decoder='mobile'"):
        build_student(decoder="paper", weights="cuhk")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoder": NANO, "head_stride": 4}, "Received: head_stride=4. Allowed: head_stride=2"),
        ({"encoder": NANO, "decoder": "paper"}, "Received: decoder='paper'.* Allowed: decoder='mobile'"),
        ({"encoder": "efficientnet_lite0"}, "Received: encoder='efficientnet_lite0'"),
    ],
)
def test_another_config_is_refused(shipped, options, message):
    with pytest.raises(ValueError, match=message):
        bundled.bundled_weights(StudentConfig(**options))


def test_an_installation_without_them(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    with pytest.raises(ValueError, match="no student_lite.weights.h5 in the package's assets"):
        build_student(encoder=NANO, image_size=(32, 32), weights="cuhk")


@pytest.mark.parametrize("encoder", bundled.BUNDLED_STUDENTS)
def test_what_is_shipped_loads(encoder):
    prefix = bundled.ASSETS / bundled.BUNDLED_STUDENTS[encoder]
    config = dataclasses.replace(read_network_json(prefix)["config"], image_size=(32, 64))
    maps = np.asarray(build_student(config, weights="cuhk")(np.zeros((1, 32, 64, 3), "float32")))
    assert maps.shape == (1, 32, 64, 1)
    assert np.all(np.isfinite(maps))
