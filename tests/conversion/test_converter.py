"""A tiny student through every variant, against Keras."""

import functools
import json

import cv2
import keras
import numpy as np
import pytest

from dbdgan_tf.conversion import ConversionConfig, convert
from dbdgan_tf.conversion.converter import Network
from dbdgan_tf.conversion.errors import ConversionError
from dbdgan_tf.inference import BlurDetector, LiteRTModel
from dbdgan_tf.model_file import read_graph, read_metadata
from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.scaling import UNIT

SIZE = (32, 64)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Smooth colourful pictures, so that ranges are those of photographs."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for index in range(12):
        spots = rng.integers(0, 256, (6, 8, 3), np.uint8)
        picture = cv2.resize(spots, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{index}.png"), picture)
    return folder


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """Scaling -> (checkpoint prefix, Keras model, config)."""
    made = {}
    for scaling in ("lite", "imagenet"):
        keras.utils.set_random_seed(1)
        config = StudentConfig(encoder="efficientnet_lite_nano", image_size=SIZE, scaling=scaling)
        model = build_student(config)
        # Random logits are all alike; spread them so that errors show.
        head = model.get_layer("head_conv")
        head.kernel.assign(head.kernel * 60)
        prefix = str(tmp_path_factory.mktemp(scaling) / "student")
        save_network(prefix, model, config, {"validation": {"max_f": 0.5}, "arguments": ["--data=/a/b"]})
        made[scaling] = prefix, model, config
    return made


def keras_maps(student, photos):
    _, model, config = student
    images = [cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for path in sorted(photos.iterdir())]
    return images, np.asarray(model(config.input_scaling.apply(np.stack(images))))[..., 0]


@pytest.fixture(scope="module")
def converted(students, photos):
    """Function (scaling, variant, io) -> ConversionResult, each made once."""

    @functools.cache
    def make(scaling, variant, io="float32"):
        prefix = students[scaling][0]
        return convert(ConversionConfig(prefix, "m.tflite", variant, io, representative_dir=str(photos)))

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
    ],
)
def test_map_equals_keras_and_the_graph_delegates_whole(
    converted, students, photos, scaling, variant, io, worst, mean
):
    result = converted(scaling, variant, io)
    detector = BlurDetector(result.model)
    images, expected = keras_maps(students[scaling], photos)
    error = np.abs(np.stack([detector(image).blur_map for image in images]) - expected)
    assert np.std(expected) > 0.02 and error.max() <= worst and error.mean() <= mean
    report = LiteRTModel(result.model).delegation()
    assert (report.partitions, report.left_ops) == (1, ())


@pytest.mark.parametrize("scaling", ["lite", "imagenet"])
def test_absorbed_scaling_is_exact_at_the_border(converted, students, photos, scaling):
    """Raw bytes in and scaled floats in must differ no more at the border than inside."""
    images, expected = keras_maps(students[scaling], photos)
    detector = BlurDetector(converted(scaling, "int8", "uint8").model)
    assert np.array_equal(detector.prepare(images[0]), images[0])
    error = np.abs(np.stack([detector(image).blur_map for image in images]) - expected)
    border = np.ones(SIZE, bool)
    border[4:-4, 4:-4] = False
    assert error[:, border].mean() <= 1.5 * error[:, ~border].mean() + 0.002


def test_int8_graph_is_clean(converted):
    graph = read_graph(converted("lite", "int8", "uint8").model)
    assert graph.float_tensors() == graph.stray_quantizes() == []
    kernels = [op.inputs[1] for op in graph.operators if op.name == "CONV_2D"]
    assert all(graph.tensors[index].dtype == "int8" for index in kernels)
    # Per channel: as many scales as filters.
    assert all(len(graph.tensors[index].scales) == graph.tensors[index].shape[0] for index in kernels)


def test_interface_and_metadata(converted):
    result = converted("lite", "int8", "uint8")
    model = LiteRTModel(result.model)
    assert model.signatures() == {"serving_default": {"inputs": ["image"], "outputs": ["blur_map"]}}
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


def test_per_channel_scaling_becomes_a_layer(converted):
    result = converted("imagenet", "int8", "uint8")
    model = LiteRTModel(result.model)
    assert (model.input.scale, model.input.zero_point) == (1, 0)
    assert result.metadata.recipe["scaling_layer_in_graph"]
    lite = read_graph(converted("lite", "int8", "uint8").model).histogram()
    assert read_graph(result.model).histogram()["DEPTHWISE_CONV_2D"] == lite["DEPTHWISE_CONV_2D"] + 1


def test_save_writes_model_and_recipe(converted, tmp_path):
    result = converted("lite", "float32")
    model, recipe = result.save(tmp_path / "a" / "m.tflite")
    written = json.loads(recipe.read_text())
    assert model.read_bytes() == result.model and written["bytes"] == len(result.model)
    assert written["conversion"]["variant"] == "float32"
    assert sorted(path.name for path in model.parent.iterdir()) == ["m.tflite", "m.tflite.json"]


def test_other_image_size(students):
    config = ConversionConfig(students["lite"][0], "m.tflite", image_size=(64, 32))
    assert LiteRTModel(convert(config).model).image_size == (64, 32)


def test_flex_operators_are_an_error():
    class NeedsFlex(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return tf.raw_ops.Erfinv(x=x) if hasattr(tf.raw_ops, "Erfinv") else tf.math.lgamma(x)

    image = keras.Input((32, 32, 3), batch_size=1)
    model = keras.Model(image, NeedsFlex()(image))
    with pytest.raises(ConversionError, match="(?s)converter refused.*(Erfinv|Lgamma)"):
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
