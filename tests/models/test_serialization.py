import json

import keras
import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, build_student, load_network, save_network
from dbdgan_tf.models.serialization import network_files, read_network_json

CONFIG = StudentConfig("efficientnet_lite_nano", image_size=(32, 64), decoder_channels=(8, 8, 8, 8, 8, 8))


@pytest.fixture(scope="module")
def student():
    keras.utils.set_random_seed(3)
    return build_student(CONFIG)


@pytest.mark.parametrize("suffix", ["", ".json", ".weights.h5"])
def test_round_trip(tmp_path, student, suffix):
    prefix = tmp_path / "runs" / "best.v1"
    save_network(prefix, student, CONFIG, {"max_f": 0.9})
    assert sorted(p.name for p in prefix.parent.iterdir()) == ["best.v1.json", "best.v1.weights.h5"]
    assert read_network_json(prefix)["metadata"] == {"max_f": 0.9}
    model, config = load_network(f"{prefix}{suffix}")
    assert config == CONFIG
    images = np.random.default_rng(0).normal(size=(2, 32, 64, 3)).astype(np.float32)
    np.testing.assert_array_equal(model(images), student(images))
    found = build_student(CONFIG, weights=f"{prefix}{suffix}").get_weights()
    assert all(map(np.array_equal, found, student.get_weights()))
    model, _ = load_network(prefix, batch_size=1, image_size=(64, 32))
    assert model.output_shape == (1, 64, 32, 1)


def test_failed_write_leaves_the_old_files(tmp_path, student):
    save_network(tmp_path / "x", student, CONFIG)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    class Broken:
        def save_weights(self, path):
            open(path, "w").write("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        save_network(tmp_path / "x", Broken(), CONFIG)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_bad_files(tmp_path, student):
    with pytest.raises(FileNotFoundError, match="is missing"):
        load_network(tmp_path / "x")
    weights, config = network_files(tmp_path / "x")
    for text in ("{", json.dumps({"kind": "painter", "config": {}})):
        config.write_text(text)
        with pytest.raises(ValueError, match="does not describe a network"):
            load_network(tmp_path / "x")
    config.write_text(json.dumps({"kind": "student", "config": CONFIG.to_dict()}))
    with pytest.raises(FileNotFoundError, match="weights.h5 is missing"):
        load_network(tmp_path / "x")
    weights.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="cannot be read"):
        load_network(tmp_path / "x")
    with pytest.raises(ValueError, match="Unknown kind of config"):
        save_network(tmp_path / "y", student, {"encoder": "x"})
