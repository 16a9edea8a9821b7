import json

import keras
import numpy as np
import pytest

from dbdgan_tf.models import STUDENT_TAPS, StudentConfig, build_student

NANO = {"encoder": "efficientnet_lite_nano", "image_size": (64, 96)}
PLAIN_LAYERS = {
    "Activation",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "DepthwiseConv2D",
    "GlobalAveragePooling2D",
    "InputLayer",
    "Multiply",
    "ReLU",
    "UpSampling2D",
}


@pytest.mark.parametrize(
    "overrides, parameters",
    [
        ({"encoder": "efficientnet_lite_nano"}, 96_193),
        ({"encoder": "efficientnet_lite2"}, 4_518_801),
        ({"encoder": "efficientnet_lite2", "decoder": "conv"}, 5_188_433),
        ({"encoder": "efficientnet_b3"}, 10_298_889),
        ({"encoder": "efficientnet_b3", "decoder": "paper"}, 21_526_345),
    ],
)
def test_parameter_counts(overrides, parameters):
    model = build_student(image_size=(32, 32), **overrides)
    assert model.count_params() == parameters
    assert {type(layer).__name__ for layer in model.layers} <= PLAIN_LAYERS


@pytest.mark.parametrize(
    "decoder, head_stride",
    [("mobile", 1), ("mobile", 2), ("mobile", 4), ("conv", 1), ("conv", 2), ("conv", 4), ("paper", 1)],
)
def test_taps_and_output(decoder, head_stride):
    model = build_student(decoder=decoder, head_stride=head_stride, **NANO)
    sizes = {name: model.get_layer(name).output.shape[1] for name in STUDENT_TAPS if name in names(model)}
    expected = {
        "bottleneck": 2,
        "decoder_s16": 4,
        "decoder_s8": 8,
        "decoder_s4": 16,
        "decoder_s2": 32,
        "logits": 64,
    }
    if head_stride == 4:
        del expected["decoder_s2"]
    assert sizes == expected
    images = np.random.default_rng(0).normal(size=(2, 64, 96, 3)).astype(np.float32)
    logits, maps = keras.Model(model.input, [model.get_layer("logits").output, model.output]).predict(
        images, verbose=0
    )
    assert maps.shape == (2, 64, 96, 1) and model.output_names == ["blur_map"]
    np.testing.assert_allclose(maps, 1 / (1 + np.exp(-logits)), atol=1e-6)


def names(model):
    return {layer.name for layer in model.layers}


def test_config_round_trip_through_json():
    config = StudentConfig("efficientnet_lite2", decoder="paper", image_size=[64, 320], scaling="unit")
    assert StudentConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert config.decoder_channels == (512, 256, 128, 64, 32)
    assert config.replace(decoder="mobile").head_stride == 2
    assert config.input_scaling.std == (255.0, 255.0, 255.0)


@pytest.mark.parametrize(
    "overrides, message",
    [
        ({"image_size": (320, 300)}, "multiples of 32 .*Received: \\(320, 300\\)"),
        ({"image_size": (0, 32)}, "multiples of 32"),
        ({"image_size": 320}, "image_size is \\(height, width\\).*Received: 320"),
        ({"encoder": "vgg"}, "Unknown encoder. Received: 'vgg'"),
        ({"decoder": "unet"}, "Unknown decoder. Received: 'unet'. Allowed"),
        ({"decoder": "paper", "head_stride": 2}, "head_stride of the paper decoder"),
        ({"decoder_channels": (8, 8)}, "wrong count or sign. Received: \\(8, 8\\)"),
        ({"scaling": "other"}, "Unknown scaling"),
    ],
)
def test_bad_configs(overrides, message):
    with pytest.raises(ValueError, match=message):
        StudentConfig(**overrides)


def test_unknown_entries():
    with pytest.raises(ValueError, match="Unknown student options. Received: \\['colour'\\]. Allowed"):
        StudentConfig.from_dict({"colour": 1})


def test_mixed_precision_keeps_the_map_in_float32():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_student(**NANO)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.get_layer("decoder_s2").compute_dtype == "float16"
    assert model.output.dtype == "float32"


TF_KERAS = """
    import keras, numpy as np, tf_keras
    from dbdgan_tf.models import build_student, copy_weights
    small = {"image_size": (32, 64), "decoder_channels": (8, 8, 8, 8, 8)}
    for options in (
        {"encoder": "efficientnet_lite_nano", "image_size": (32, 64)},
        {"encoder": "efficientnet_b0", "decoder": "paper", **small},
    ):
        ours, other = build_student(**options), build_student(keras_module=tf_keras, batch_size=2, **options)
        assert isinstance(other, tf_keras.Model) and not isinstance(other, keras.Model)
        assert [l.name for l in ours.layers if l.weights] == [l.name for l in other.layers if l.weights]
        copy_weights(ours, other)
        images = np.random.default_rng(0).normal(size=(2, 32, 64, 3)).astype("float32")
        print(np.abs(ours(images, training=False) - other(images, training=False)).max())
"""


def test_tf_keras_builds_the_same_student(run_python):
    pytest.importorskip("tf_keras")
    differences = [float(line) for line in run_python(TF_KERAS).split()]
    assert len(differences) == 2 and max(differences) < 1e-5


JAX = """
    import numpy as np
    from dbdgan_tf.models import build_student
    options = {"image_size": (32, 64), "decoder_channels": (8,) * 6}
    model = build_student(encoder="efficientnet_lite_nano", weights=PREFIX, **options)
    images = np.random.default_rng(0).normal(size=(2, 32, 64, 3)).astype("float32")
    np.save(PREFIX + ".npy", model.predict(images, verbose=0))
"""


def test_jax_gives_the_same_maps(run_python, tmp_path):
    pytest.importorskip("jax")
    prefix = str(tmp_path / "student")
    images = np.random.default_rng(0).normal(size=(2, 32, 64, 3)).astype("float32")
    model = build_student(encoder=NANO["encoder"], image_size=(32, 64), decoder_channels=(8,) * 6)
    model.save_weights(f"{prefix}.weights.h5")
    code = f"    PREFIX = {prefix!r}\n{JAX}"
    run_python(code, blocked=("tensorflow",), env={"KERAS_BACKEND": "jax"})
    expected = model.predict(images, verbose=0)
    assert expected.std() > 1e-4
    np.testing.assert_allclose(np.load(f"{prefix}.npy"), expected, atol=1e-4)


def test_tflite_graph_holds_only_what_phones_delegate(tflite_operations):
    model = build_student(batch_size=1, **NANO)
    assert tflite_operations(model) == {
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "ADD",
        "CONCATENATION",
        "RESIZE_BILINEAR",
        "LOGISTIC",
    }
