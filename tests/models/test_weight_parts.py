"""Networks in parts: rounding, sizes, order, damage, and equal maps after joining."""

import json

import h5py
import numpy as np
import pytest

from dbdgan_tf.models import weight_parts
from dbdgan_tf.models.serialization import load_network, save_network
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.models.weight_probe import probe_images, take_probe


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 64))
    network = build_student(config)
    rng = np.random.default_rng(0)
    for variable in network.weights:
        value = rng.normal(0.0, 0.3, variable.shape)
        variable.assign(np.abs(value) + 0.5 if "variance" in variable.path else value)
    prefix = tmp_path_factory.mktemp("network") / "student_best"
    save_network(prefix, network, config, {"epoch": 3})
    return prefix


def test_parts_keep_to_the_size_and_join_to_the_rounded_weights(saved, tmp_path):
    manifest = weight_parts.split_network(saved, tmp_path, part_mib=0.1, name="b3", log="epoch,loss\n")
    parts = sorted(tmp_path.glob("b3.part[0-9]*"))
    assert len(parts) > 2 and all(part.stat().st_size <= 0.1 * 2**20 for part in parts)
    assert (
        sum(part.stat().st_size for part in parts)
        < 0.8 * saved.with_name("student_best.weights.h5").stat().st_size
    )
    assert weight_parts.read_manifest(manifest)["log"] == "epoch,loss\n"

    prefix = weight_parts.join_network(manifest)
    assert prefix == tmp_path / "b3"
    assert json.loads((tmp_path / "b3.json").read_text())["metadata"] == {
        "epoch": 3, "weights_rounded_to": "float16",
    }  # fmt: skip
    before, after = load_network(saved)[0], load_network(prefix)[0]
    for old, new in zip(before.weights, after.weights):
        old, new = np.asarray(old), np.asarray(new)
        wanted = old if old.ndim < 2 else old.astype("float16").astype("float32")
        np.testing.assert_array_equal(new, wanted)
    difference = np.abs(np.subtract(take_probe(saved), take_probe(prefix))).max()
    assert 0 < difference < 5e-3


def test_float32_parts_join_to_the_same_tensors(saved, tmp_path):
    prefix = weight_parts.join_network(weight_parts.split_network(saved, tmp_path, dtype="float32"))
    assert take_probe(prefix) == take_probe(saved)


def test_values_beyond_float16_stay_as_they_are(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["big"] = np.array([[7e4, 1.0]], "float32")
        file["small"] = np.array([[1.0 + 2**-12]], "float32")
        file["count"] = np.array([[3]], "int32")
    weight_parts.cast_weights(tmp_path / "a.h5", tmp_path / "b.h5", "float16")
    with h5py.File(tmp_path / "b.h5") as file:
        assert file["big"].dtype == "float32" and file["big"][0, 0] == 7e4
        assert file["small"].dtype == "float16" and file["small"][0, 0] == 1.0
        assert file["count"].dtype == "int32"


def test_damage_and_loss_are_named(saved, tmp_path):
    manifest = weight_parts.split_network(saved, tmp_path, part_mib=0.1)
    part = tmp_path / "student_best.part01"
    whole = part.read_bytes()
    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ValueError, match="not as it was written.*part01"):
        weight_parts.join_network(manifest)
    part.unlink()
    with pytest.raises(FileNotFoundError, match="part01"):
        weight_parts.join_network(manifest)
    assert not list(tmp_path.glob("*.weights.h5")) and not list(tmp_path.glob(".*"))
    with pytest.raises(FileNotFoundError, match="No parts to join"):
        weight_parts.join_network(tmp_path / "none.parts.json")
    with pytest.raises(ValueError, match="dtype='int8'"):
        weight_parts.split_network(saved, tmp_path, dtype="int8")


def test_a_split_with_fewer_parts_leaves_none_of_the_old_ones(saved, tmp_path):
    weight_parts.split_network(saved, tmp_path, part_mib=0.05)
    weight_parts.split_network(saved, tmp_path, part_mib=15)
    assert [path.name for path in sorted(tmp_path.glob("*.part[0-9]*"))] == ["student_best.part00"]


def test_the_scripts_notice_another_network(load_module, repository, saved, tmp_path):
    manifest = load_module(repository / "scripts/split_weights.py").run(saved, tmp_path, name="s")
    join = load_module(repository / "scripts/join_weights.py")
    assert join.run(manifest, tmp_path / "joined", check=True) == (tmp_path / "joined", 0.0)

    content = weight_parts.read_manifest(manifest)
    content["probe"][5] += 2e-4
    weight_parts.write_manifest(manifest, content)
    with pytest.raises(ValueError, match="difference of 0.0002. Allowed: 0.0001"):
        join.run(manifest, check=True)
    weight_parts.write_manifest(manifest, {**content, "probe": None})
    with pytest.raises(ValueError, match="nothing|no maps"):
        join.run(manifest, check=True)


def test_probe_images_do_not_change():
    images = probe_images((32, 64))
    assert images.shape == (2, 32, 64, 3) and images.dtype == np.uint8
    assert images[0, 3, 5].tolist() == [84, 112, 141]
