import keras
import pytest

from dbdgan_tf.models.encoders import build_encoder


@pytest.mark.parametrize(
    "name, parameters",
    [
        ("efficientnet_lite0", 3_413_024),
        ("efficientnet_lite1", 4_189_344),
        ("efficientnet_lite2", 4_869_168),
        ("efficientnet_lite_nano", 45_408),
    ],
)
def test_parameter_counts(name, parameters):
    inputs = keras.Input((32, 32, 3))
    assert keras.Model(inputs, build_encoder(name, inputs)["head"]).count_params() == parameters


def test_only_relu6_and_no_squeeze_excite():
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, build_encoder("efficientnet_lite0", inputs)["head"])
    kinds = {type(layer).__name__ for layer in model.layers}
    assert kinds == {"InputLayer", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "ReLU", "Add"}
    assert {float(layer.max_value) for layer in model.layers if isinstance(layer, keras.layers.ReLU)} == {6.0}
