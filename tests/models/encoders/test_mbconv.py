import dataclasses

import keras
import pytest

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.encoders.efficientnet import NANO
from dbdgan_tf.models.encoders.mbconv import block_names, build_mbconv_encoder


def test_block_names():
    assert block_names(NANO)[:5] == ["block1a", "block2a", "block3a", "block3b", "block4a"]


def test_squeeze_excite_needs_no_shape_operation(tflite_operations):
    architecture = dataclasses.replace(NANO, activation="swish", se_ratio=0.25, stages=NANO.stages[:2])
    inputs = keras.Input((32, 32, 3), batch_size=1)
    model = keras.Model(inputs, build_mbconv_encoder(architecture, inputs, keras)["head"])
    assert tflite_operations(model) == {"CONV_2D", "DEPTHWISE_CONV_2D", "LOGISTIC", "MUL", "MEAN", "ADD"}


@pytest.mark.parametrize(
    "name, parameters",
    [
        # Those of keras.applications without the 7 values of its Normalization layer.
        ("efficientnet_b0", 4_049_564),
        ("efficientnet_b3", 10_783_528),
        ("efficientnet_lite0", 3_413_024),
        ("efficientnet_lite1", 4_189_344),
        ("efficientnet_lite2", 4_869_168),
        ("efficientnet_lite_nano", 45_408),
    ],
)
def test_parameter_counts(name, parameters):
    inputs = keras.Input((32, 32, 3))
    assert keras.Model(inputs, build_encoder(name, inputs)["head"]).count_params() == parameters


def test_lite_has_only_relu6_and_no_squeeze_excite():
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, build_encoder("efficientnet_lite0", inputs)["head"])
    kinds = {type(layer).__name__ for layer in model.layers}
    assert kinds == {"InputLayer", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "ReLU", "Add"}
    assert {float(layer.max_value) for layer in model.layers if isinstance(layer, keras.layers.ReLU)} == {6.0}
