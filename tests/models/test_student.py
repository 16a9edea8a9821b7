import keras
import numpy as np
import pytest

from dbdgan_tf.conversion import ConversionConfig, convert
from dbdgan_tf.model_file import read_graph
from dbdgan_tf.models import STUDENT_TAPS, StudentConfig, build_student, copy_weights
from dbdgan_tf.models.scaling import IMAGENET, LITE, UNIT, InputScaling
from dbdgan_tf.models.serialization import Network

NANO = {"encoder": "efficientnet_lite_nano", "image_size": (64, 96)}


@pytest.mark.parametrize(
    ("encoder", "decoder", "parameters"),
    [
        ("efficientnet_lite_nano", "mobile", 96_193),
        ("efficientnet_lite2", "mobile", 4_518_801),
        ("efficientnet_lite2", "conv", 5_188_433),
        ("efficientnet_b3", "paper", 21_526_345),
    ],
)
def test_parameter_counts(encoder, decoder, parameters):
    assert build_student(image_size=(32, 32), encoder=encoder, decoder=decoder).count_params() == parameters


@pytest.mark.parametrize(
    ("decoder", "head_stride"),
    [("mobile", 1), ("mobile", 2), ("mobile", 4), ("conv", 1), ("conv", 2), ("conv", 4), ("paper", 1)],
)
def test_taps_and_output(decoder, head_stride):
    model = build_student(decoder=decoder, head_stride=head_stride, **NANO)
    layers = {layer.name: layer.output for layer in model.layers}
    expected = dict(zip(STUDENT_TAPS, (2, 4, 8, 16, 32, 64), strict=True))
    if head_stride == 4:
        del expected["decoder_s2"]
    assert {name: layers[name].shape[1] for name in STUDENT_TAPS if name in layers} == expected
    images = np.random.default_rng(0).normal(size=(2, 64, 96, 3)).astype(np.float32)
    logits, maps = map(np.asarray, keras.Model(model.input, [layers["logits"], model.output])(images))
    assert maps.shape == (2, 64, 96, 1) and model.output_names == ["blur_map"]
    np.testing.assert_allclose(maps, 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_another_decoder_comes_with_its_own_channels():
    config = StudentConfig("efficientnet_lite2", decoder="paper", scaling="unit")
    assert (config.decoder_channels, config.input_scaling) == ((512, 256, 128, 64, 32), UNIT)
    assert config.replace(decoder="mobile") == StudentConfig("efficientnet_lite2", scaling="unit")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"colour": 1}, "Unknown student options. Received: \\['colour'\\]. Allowed"),
        ({"image_size": [320, 300]}, "multiples of 32 .*Received: \\(320, 300\\)"),
        ({"image_size": (0, 32)}, "multiples of 32"),
        ({"image_size": 320}, "image_size is \\(height, width\\).*Received: 320"),
        ({"encoder": "vgg"}, "Unknown encoder. Received: 'vgg'. Allowed: .*'efficientnet_lite2'"),
        ({"decoder": "unet"}, "Unknown decoder. Received: 'unet'. Allowed"),
        ({"decoder": "paper", "head_stride": 2}, "head_stride of the paper decoder"),
        ({"decoder_channels": (8, 8)}, "wrong count or sign. Received: \\(8, 8\\)"),
        ({"scaling": "other"}, "Unknown scaling. Received: 'other'. Allowed:"),
    ],
)
def test_bad_configs(entries, message):
    with pytest.raises(ValueError, match=message):
        StudentConfig.from_dict(entries)


def test_mixed_precision_keeps_the_map_in_float32():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_student(**NANO)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.get_layer("decoder_s2").compute_dtype == "float16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(
    "options",
    [
        {"encoder": "efficientnet_lite_nano"},
        {"encoder": "efficientnet_b0", "decoder": "paper", "decoder_channels": (8, 8, 8, 8, 8)},
    ],
)
def test_tf_keras_builds_the_same_student(options):
    tf_keras = pytest.importorskip("tf_keras")
    ours = build_student(image_size=(32, 64), **options)
    other = build_student(keras_module=tf_keras, batch_size=2, image_size=(32, 64), **options)
    assert isinstance(other, tf_keras.Model) and not isinstance(other, keras.Model)
    assert [y.name for y in ours.layers if y.weights] == [y.name for y in other.layers if y.weights]
    copy_weights(ours, other)
    images = np.random.default_rng(0).normal(size=(2, 32, 64, 3)).astype("float32")
    np.testing.assert_allclose(ours(images, training=False), other(images, training=False), rtol=0, atol=1e-5)
    with pytest.raises(ValueError, match="need keras. Received: tf_keras"):
        build_student(encoder="se_resnext50", keras_module=tf_keras)


@pytest.mark.parametrize(
    ("encoder", "more"), [("efficientnet_lite_nano", set()), ("efficientnet_b0", {"MUL", "MEAN"})]
)
def test_tflite_graph_holds_only_what_phones_delegate(encoder, more):
    model = build_student(encoder=encoder, image_size=(64, 96), batch_size=1)
    network = Network(model, (64, 96), UNIT, "tested")
    graph = read_graph(convert(ConversionConfig("none", "m.tflite"), network).model)
    expected = {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "CONCATENATION", "RESIZE_BILINEAR", "LOGISTIC"}
    assert set(graph.histogram()) == expected | more


def test_scaling_of_known_values():
    pixels = np.array([[0, 127, 255]], np.uint8)
    np.testing.assert_allclose(LITE.apply(pixels), [[-0.9921875, 0.0, 1.0]])
    expected = [[-0.485 / 0.229, (127 / 255 - 0.456) / 0.224, (1 - 0.406) / 0.225]]
    for images in (pixels, keras.ops.convert_to_tensor(pixels.astype("float32"))):
        np.testing.assert_allclose(np.asarray(IMAGENET.apply(images)), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="std"):
        InputScaling((0, 0, 0), (1, 0, 1))
