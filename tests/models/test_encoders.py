"""The encoders: taps, sizes, and the same as the published networks."""

import keras
import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.encoders import ENCODERS, build_encoder
from dbdgan_tf.models.weights.by_name import assign_weights, weights_table
from dbdgan_tf.models.weights.imagenet import ENCODER_PREFIXES


@pytest.mark.parametrize("name", [n for n, spec in ENCODERS.items() if spec.family == "applications"])
def test_application_taps_have_their_strides(name):
    inputs = keras.Input((64, 96, 3))
    taps = build_encoder(name, inputs)
    strides = {key: (64 // tap.shape[1], 96 // tap.shape[2]) for key, tap in taps.items()}
    # VGG16 ends with the convolutions of its fifth block.
    assert strides == {f"s{s}": (s, s) for s in (2, 4, 8, 16, 32)[: 4 if name == "vgg16" else 5]}
    kinds = {type(layer).__name__ for layer in keras.Model(inputs, list(taps.values())).layers}
    assert not kinds & {"Rescaling", "Normalization"}


def test_efficientnet_equals_keras_applications():
    keras.utils.set_random_seed(1)
    application = keras.applications.EfficientNetB3(include_top=False, weights=None, input_shape=(32, 64, 3))
    table, rng = weights_table(application), np.random.default_rng(0)
    for layer, arrays in table.items():
        if layer.endswith("_bn"):
            gamma, beta, mean, variance = (rng.uniform(0.5, 1.5, a.shape).astype(np.float32) for a in arrays)
            table[layer] = [gamma, beta - 1, mean - 1, variance]
    assign_weights(application, table)

    inputs = keras.Input((32, 64, 3))
    taps = build_encoder("efficientnet_b3", inputs)
    shapes = [taps[f"s{s}"].shape[1:] for s in (2, 4, 8, 16, 32)]
    assert shapes == [(16, 32, 24), (8, 16, 32), (4, 8, 48), (2, 4, 136), (1, 2, 384)]
    model = keras.Model(inputs, taps["head"])
    # That of keras.applications without the 7 values of its Normalization layer.
    assert model.count_params() == 10_783_528
    unused = assign_weights(model, table, required=ENCODER_PREFIXES)
    assert [name.split("_")[0] for name in unused] == ["normalization"]
    pixels = rng.uniform(0, 255, (2, 32, 64, 3)).astype(np.float32)
    # With random weights its Normalization layer is an identity and 1/255 is all of its scaling.
    expected = ops.convert_to_numpy(application(pixels))
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(ops.convert_to_numpy(model(pixels / 255)), expected, atol=1e-4)
