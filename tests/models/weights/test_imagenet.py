import keras
import pytest

from dbdgan_tf.models import build_student
from dbdgan_tf.models.weights.imagenet import load_pretrained_weights


def test_untrained_encoder_is_refused():
    with pytest.raises(
        ValueError, match="no such weights.*'imagenet' for 'efficientnet_lite_nano'. Allowed: none"
    ):
        build_student(encoder="efficientnet_lite_nano", image_size=(32, 32), weights="imagenet")


def test_absent_file_is_named():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        build_student(encoder="efficientnet_lite_nano", image_size=(32, 32), weights="nowhere")


def test_network_without_the_encoder_is_refused(monkeypatch):
    monkeypatch.setattr("dbdgan_tf.models.weights.imagenet.pretrained_table", lambda *_: {"stem_conv": []})
    inputs = keras.Input((4,))
    with pytest.raises(ValueError, match="holds no layer"):
        load_pretrained_weights(keras.Model(inputs, keras.layers.Dense(1)(inputs)), "efficientnet_lite0")
