import dataclasses

import keras

from dbdgan_tf.models.encoders.efficientnet_lite import NANO
from dbdgan_tf.models.encoders.mbconv import block_names, build_mbconv_encoder


def test_block_names():
    assert block_names(NANO)[:5] == ["block1a", "block2a", "block3a", "block3b", "block4a"]


def test_squeeze_excite_needs_no_shape_operation(tflite_operations):
    architecture = dataclasses.replace(NANO, activation="swish", se_ratio=0.25, stages=NANO.stages[:2])
    inputs = keras.Input((32, 32, 3), batch_size=1)
    model = keras.Model(inputs, build_mbconv_encoder(architecture, inputs, keras)["head"])
    assert tflite_operations(model) == {"CONV_2D", "DEPTHWISE_CONV_2D", "LOGISTIC", "MUL", "MEAN", "ADD"}
