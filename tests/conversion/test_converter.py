"""A tiny student through every variant, against Keras."""

import functools
import json

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from dbdgan_tf.conversion import ConversionConfig, ConversionError, check_gpu_rules, convert
from dbdgan_tf.inference import BlurDetector, LiteRTModel
from dbdgan_tf.model_file import read_graph, read_metadata
from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.scaling import UNIT
from dbdgan_tf.models.serialization import Network

SIZE = (32, 64)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder of smooth colourful pictures, so that ranges are those of photographs, and what it holds."""
    folder = tmp_path_factory.mktemp("photos")
    rng, pictures = np.random.default_rng(0), []
    for index in range(12):
        spots = rng.integers(0, 256, (6, 8, 3), np.uint8)
        pictures.append(cv2.resize(spots, SIZE[::-1], interpolation=cv2.INTER_CUBIC))
        cv2.imwrite(str(folder / f"{index}.png"), pictures[-1][..., ::-1])
    return folder, np.stack(pictures)


@pytest.fixture(scope="module")
def students(tmp_path_factory, photos):
    """Scaling -> (checkpoint prefix, its maps of the photographs)."""
    made = {}
    for scaling, decoder in (("lite", "mobile"), ("imagenet", "mobile"), ("unit", "paper")):
        keras.utils.set_random_seed(1)
        config = StudentConfig("efficientnet_lite_nano", decoder, image_size=SIZE, scaling=scaling)
        model = build_student(config)
        # Random logits are all alike; spread them so that errors show.
        head = model.get_layer("head_conv" if decoder == "mobile" else "logits")
        head.kernel.assign(head.kernel * 60)
        prefix = str(tmp_path_factory.mktemp(scaling) / "student")
        save_network(prefix, model, config, {"validation": {"max_f": 0.5}, "arguments": ["--data=/a/b"]})
        made[scaling] = prefix, np.asarray(model(config.input_scaling.apply(photos[1])))[..., 0]
    return made


@pytest.fixture(scope="module")
def converted(students, photos):
    """Function (scaling, variant, io) -> ConversionResult, each made once."""

    @functools.cache
    def make(scaling, variant, io="float32"):
        prefix = students[scaling][0]
        return convert(ConversionConfig(prefix, "m.tflite", variant, io, representative_dir=str(photos[0])))

    return make


@pytest.mark.parametrize(
    ("scaling", "variant", "io", "worst", "mean"),
    [
        ("lite", "float32", "float32", 1e-4, 1e-5),
        ("lite", "float16", "float32", 5e-3, 1e-3),
        ("lite", "dynamic", "float32", 0.1, 0.02),
        ("lite", "int8", "float32", 0.2, 0.03),
        ("lite", "int8", "uint8", 0.2, 0.03),
        ("imagenet", "int8", "uint8", 0.2, 0.03),
        ("unit", "float16", "float32", 2e-2, 5e-3),
    ],
)
def test_map_equals_keras_and_the_graph_delegates_whole(
    converted, students, photos, scaling, variant, io, worst, mean
):
    result = converted(scaling, variant, io)
    detector, expected = BlurDetector(result.model), students[scaling][1]
    error = np.abs(np.stack([detector(image).blur_map for image in photos[1]]) - expected)
    assert np.std(expected) > 0.02 and error.max() <= worst and error.mean() <= mean
    report = LiteRTModel(result.model).delegation()
    assert (report.partitions, report.left_ops) == (1, ())
    if variant == "float16":
        # Its unpacked weights count as constants.
        assert check_gpu_rules(read_graph(result.model)) == []
    if io == "uint8":
        # Raw bytes in must differ no more at the border than inside.
        assert np.array_equal(detector.prepare(photos[1][0]), photos[1][0])
        inside = error[:, 4:-4, 4:-4]
        border = (error.sum() - inside.sum()) / (error.size - inside.size)
        assert border <= 1.5 * inside.mean() + 0.002


def test_interface_and_metadata(converted, tmp_path):
    result = converted("lite", "int8", "uint8")
    model = LiteRTModel(result.model)
    names = model._interpreter.get_signature_list()
    assert names == {"serving_default": {"inputs": ["image"], "outputs": ["blur_map"]}}
    assert model.input.shape == (1, *SIZE, 3)
    assert (model.input.scale, model.input.zero_point) == (1 / 128, 127)
    assert (model.output.scale, model.output.zero_point) == (1 / 256, 0)
    about = read_metadata(result.model)
    assert about == result.metadata and about.source_checksum.startswith("sha256:")
    named = (about.name, about.metrics, about.polarity)
    assert named == ("efficientnet_lite_nano-mobile", {"max_f": 0.5}, "blur")
    assert about.recipe["conversion"]["checkpoint"] == "student"
    assert about.recipe["training"]["arguments"] == ["--data=b"]
    assert "/" not in json.dumps(about.recipe["conversion"])
    model, recipe = result.save(tmp_path / "a" / "m.tflite")
    written = json.loads(recipe.read_text())
    assert model.read_bytes() == result.model and written["bytes"] == len(result.model)
    assert written["conversion"]["variant"] == "int8"
    assert sorted(path.name for path in model.parent.iterdir()) == ["m.tflite", "m.tflite.json"]


def test_int8_graph_is_clean_and_per_channel_scaling_becomes_a_layer(converted):
    lite, other = (read_graph(converted(scaling, "int8", "uint8").model) for scaling in ("lite", "imagenet"))
    assert lite.float_tensors() == lite.stray_quantizes() == []
    kernels = [lite.tensors[op.inputs[1]] for op in lite.operators if op.name == "CONV_2D"]
    # Per channel: as many scales as filters.
    assert all(kernel.dtype == "int8" and len(kernel.scales) == kernel.shape[0] for kernel in kernels)
    image = other.tensors[other.inputs[0]]
    assert (image.dtype, image.scales, image.zero_points) == ("uint8", (1,), (0,))
    assert other.histogram()["DEPTHWISE_CONV_2D"] == lite.histogram()["DEPTHWISE_CONV_2D"] + 1


def test_flex_operators_are_an_error():
    class NeedsFlex(keras.layers.Layer):
        def call(self, x):
            return tf.raw_ops.Erfinv(x=x)

    image = keras.Input((32, 32, 3), batch_size=1)
    model = keras.Model(image, NeedsFlex()(image))
    with pytest.raises(ConversionError, match="(?s)converter refused.*Erfinv"):
        convert(ConversionConfig("none", "m.tflite"), Network(model, (32, 32), UNIT, "flex"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variant": "int4"}, "Allowed: float32"),
        ({"io": "uint16"}, "Allowed: float32, uint8"),
        ({"io": "uint8"}, "needs variant int8"),
        ({"variant": "int8"}, "photos to calibrate"),
        ({"variant": "int8", "representative_dir": "EMPTY"}, "No readable image"),
        ({"checkpoint": "absent"}, "No saved network"),
    ],
)
def test_bad_configs_and_folders(students, tmp_path, changes, message):
    changes = {key: value.replace("EMPTY", str(tmp_path)) for key, value in changes.items()}
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        convert(ConversionConfig(**{"checkpoint": students["lite"][0], "output": "m.tflite", **changes}))
