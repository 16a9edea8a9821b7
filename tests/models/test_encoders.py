"""The encoders: taps, sizes, names, and the same as the published networks."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.encoders import ENCODERS, build_encoder, encoder_spec, se_resnext
from dbdgan_tf.models.encoders.applications import APPLICATIONS
from dbdgan_tf.models.encoders.efficientnet import NANO, block_names, build_mbconv_encoder
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights.by_name import assign_weights, weights_table
from dbdgan_tf.models.weights.imagenet import ENCODER_PREFIXES


def test_names():
    with pytest.raises(ValueError, match="Received: 'vgg'. Allowed: .*'efficientnet_lite2'"):
        encoder_spec("vgg")
    assert all(name == spec.name for name, spec in ENCODERS.items())
    families = {name for name, spec in ENCODERS.items() if spec.family == "applications"}
    assert families == set(APPLICATIONS)
    assert block_names(NANO)[:5] == [
        "block1a",
        "block2a",
        "block3a",
        "block3b",
        "block4a",
    ]
    names = se_resnext.block_names("se_resnext101")
    assert len(names) == 3 + 4 + 23 + 3
    assert (names[0], names[3], names[-1]) == ("stage1_block1", "stage2_block1", "stage4_block3")


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
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
    assert [taps[f"first_s{s}"].shape[-1] for s in (2, 4, 8, 16)] == [24, 32, 48, 96]
    shapes = [taps[f"s{s}"].shape[1:] for s in (2, 4, 8, 16, 32)]
    assert shapes == [(16, 32, 24), (8, 16, 32), (4, 8, 48), (2, 4, 136), (1, 2, 384)]
    assert taps["head"].shape[1:] == (1, 2, 1536)
    model = keras.Model(inputs, taps["head"])
    # That of keras.applications without the 7 values of its Normalization layer.
    assert model.count_params() == 10_783_528
    unused = assign_weights(model, table, required=ENCODER_PREFIXES["efficientnet"])
    assert [name.split("_")[0] for name in unused] == ["normalization"]
    pixels = rng.uniform(0, 255, (2, 32, 64, 3)).astype(np.float32)
    # With random weights its Normalization layer is an identity and 1/255 is all of its scaling.
    expected = ops.convert_to_numpy(application(pixels))
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(ops.convert_to_numpy(model(pixels / 255)), expected, atol=1e-4)


@pytest.mark.parametrize(
    "name, parameters",
    [
        ("b0", 4_049_564),
        ("lite0", 3_413_024),
        ("lite1", 4_189_344),
        ("lite2", 4_869_168),
        ("lite_nano", 45_408),
    ],
)
def test_parameter_counts_of_efficientnets(name, parameters):
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, build_encoder(f"efficientnet_{name}", inputs)["head"])
    assert model.count_params() == parameters
    if name != "b0":
        kinds = {type(layer).__name__ for layer in model.layers}
        assert kinds == {"InputLayer", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "ReLU", "Add"}
        assert {layer.max_value for layer in model.layers if isinstance(layer, keras.layers.ReLU)} == {6.0}


def test_squeeze_excite_needs_no_shape_operation(tflite_operations):
    architecture = dataclasses.replace(NANO, activation="swish", se_ratio=0.25, stages=NANO.stages[:2])
    inputs = keras.Input((32, 32, 3), batch_size=1)
    model = keras.Model(inputs, build_mbconv_encoder(architecture, inputs, keras)["head"])
    assert tflite_operations(model) == {"CONV_2D", "DEPTHWISE_CONV_2D", "LOGISTIC", "MUL", "MEAN", "ADD"}


@pytest.fixture(scope="module")
def resnext():
    images = keras.Input((64, 32, 3))
    return keras.Model(images, build_encoder("se_resnext50", images))


def test_se_resnext_taps_lie_at_strides_2_to_16(resnext):
    shapes = {name: tuple(tap.shape[1:]) for name, tap in resnext.output.items()}
    assert shapes == {"s2": (32, 16, 256), "s4": (16, 8, 512), "s8": (8, 4, 1024), "s16": (4, 2, 2048)}
    x = np.random.default_rng(0).normal(size=(1, 64, 32, 3)).astype("float32")
    for tap in resnext(x).values():
        values = ops.convert_to_numpy(tap)
        assert np.isfinite(values).all() and values.min() >= 0 and values.std() > 0
    # Convolutions of stride two are padded on all sides.
    assert resnext.get_layer("stem_pad").padding == ((3, 3), (3, 3))
    assert resnext.get_layer("stage2_block1_2_pad").padding == ((1, 1), (1, 1))


def test_se_resnext_parameter_counts(resnext):
    # The published ones have 27,559,896 and 48,955,416 parameters, of which 2,049,000 are the classifier's;
    # Keras also counts the batch normalisations' statistics: two per channel of 34,112 and 68,928 channels.
    assert resnext.count_params() == 27_559_896 - 2_049_000 + 2 * 34_112
    images = keras.Input((32, 32, 3))
    larger = keras.Model(images, build_encoder("se_resnext101", images))
    assert larger.count_params() == 48_955_416 - 2_049_000 + 2 * 68_928
    with pytest.raises(ValueError, match="Received: json"):
        build_encoder("se_resnext50", None, keras_module=json)


def test_light_teacher_over_four_taps():
    teacher = build_teacher(TeacherConfig.light("se_resnext50", image_size=(32, 32)))
    assert teacher.get_layer("bottleneck").output.shape[1:] == (2, 2, 256 + 256 + 4 * 64)
    assert [teacher.get_layer(f"decoder_s{s}").output.shape[-1] for s in (16, 8, 4, 2)] == [96, 64, 48, 32]
    assert teacher.output_shape == (None, 32, 32, 1)
