import json

import numpy as np
import pytest

from dbdgan_tf.models import (
    StudentConfig,
    TeacherConfig,
    build_student,
    build_teacher,
    load_network,
    save_network,
)
from dbdgan_tf.models.serialization import network_files, read_network_json

NANO = {"encoder": "efficientnet_lite_nano", "image_size": (32, 64)}
CONFIG = StudentConfig(**NANO, decoder_channels=(8, 8, 8, 8, 8, 8))


@pytest.mark.parametrize(
    ("build", "config", "suffix"),
    [
        (build_student, CONFIG, ""),
        (build_student, CONFIG, ".json"),
        (build_teacher, TeacherConfig.light(**NANO), ".weights.h5"),
    ],
)
def test_round_trip(tmp_path, build, config, suffix):
    network, prefix = build(config), tmp_path / "runs" / "best.v1"
    save_network(prefix, network, config, {"max_f": 0.9})
    assert sorted(p.name for p in prefix.parent.iterdir()) == ["best.v1.json", "best.v1.weights.h5"]
    assert read_network_json(prefix)["metadata"] == {"max_f": 0.9}
    loaded, found = load_network(f"{prefix}{suffix}")
    assert found == config
    for other in (loaded, build(config, weights=f"{prefix}{suffix}")):
        assert all(map(np.array_equal, other.get_weights(), network.get_weights()))
    other, _ = load_network(prefix, batch_size=1, image_size=(64, 32))
    assert other.output_shape == (1, 64, 32, 1)


def test_bad_files(tmp_path):
    good = json.dumps({"kind": "student", "config": CONFIG.to_dict()})
    weights, config = network_files(tmp_path / "x")
    for text, error, message in (
        (None, FileNotFoundError, "x.json is missing"),
        ("{", ValueError, "does not describe a network"),
        (json.dumps({"kind": "painter", "config": {}}), ValueError, "does not describe a network"),
        (good, FileNotFoundError, "weights.h5 is missing"),
    ):
        if text:
            config.write_text(text)
        with pytest.raises(error, match=message):
            load_network(tmp_path / "x")
    weights.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="cannot be read"):
        load_network(tmp_path / "x")
    with pytest.raises(ValueError, match="Unknown kind of config"):
        save_network(tmp_path / "y", None, {"encoder": "x"})
