"""Shipping: what is written, what a Keras user gets from it, and what is refused."""

import json

import h5py
import numpy as np
import pytest

from dbdgan_tf.model_file.metadata import weights_checksum
from dbdgan_tf.models import build_student, load_network
from dbdgan_tf.models.weights import imagenet

NANO = "efficientnet_lite_nano"


@pytest.fixture(scope="module")
def ship(load_module, repository):
    module = load_module(repository / "scripts/ship_weights.py")
    module.ENCODER = NANO
    return module


@pytest.fixture(scope="module")
def checksum(nano_student):
    return weights_checksum(f"{nano_student}.weights.h5")


@pytest.fixture
def tflite(flat_models, tmp_path):
    """Writes a .tflite file that names a variant and a source, and its recipe; returns the path."""

    def write(variant, checksum):
        path = tmp_path / f"{variant}.tflite"
        path.write_bytes(flat_models.grey_model(variant=variant, source_checksum=checksum))
        path.with_name(f"{path.name}.json").write_text(json.dumps({"source_checksum": checksum}))
        return str(path)

    return write


def test_files_sizes_and_weights(ship, nano_student, checksum, tflite, tmp_path, monkeypatch, capsys):
    models = (tflite("int8", checksum), tflite("float16", checksum))
    folder = tmp_path / "assets"
    ship.main(ship.ShipConfig(nano_student, models, assets=str(folder)))
    names = "lite_float16.tflite lite_float16.tflite.json lite_int8.tflite lite_int8.tflite.json"
    own = ["student_lite.json", "student_lite.weights.h5"]
    assert sorted(path.name for path in folder.iterdir()) == [*names.split(), *own]
    assert (folder / "lite_int8.tflite").read_bytes() == (tmp_path / "int8.tflite").read_bytes()
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert f"{size / 1e6:.3f} MB" in capsys.readouterr().out.splitlines()[-1]

    text = (folder / "student_lite.json").read_text()
    assert json.loads(text)["metadata"]["source_checksum"] == checksum
    assert str(tmp_path.parent) not in text
    with h5py.File(folder / "student_lite.weights.h5") as file:
        names = []
        file.visit(names.append)
        arrays = [file[name] for name in names if isinstance(file[name], h5py.Dataset)]
        assert {(array.ndim, array.dtype.name) for array in arrays} == {(1, "float32"), (4, "float16")}

    monkeypatch.setattr(imagenet, "ASSETS", folder)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype("float32")
    expected = np.asarray(load_network(nano_student, image_size=(64, 64))[0](images))
    loaded = build_student(encoder=NANO, image_size=(64, 64), weights="cuhk")
    assert {weight.dtype for weight in loaded.weights} == {"float32"}
    assert np.abs(np.asarray(loaded(images)) - expected).max() < 2e-3


def test_what_is_refused(ship, nano_student, checksum, tflite, tmp_path, monkeypatch):
    def run(*models):
        files = tuple(tflite(*model) for model in models)
        return ship.run(ship.ShipConfig(nano_student, files, assets=str(tmp_path / "assets")))

    for models, message in (
        ([("int8", "sha256:0")], "another checkpoint. Received: sha256:0"),
        ([("float32", checksum)], "Received: float32"),
        ([("int8", checksum)] * 2, "Two files would become lite_int8.tflite"),
    ):
        with pytest.raises(ValueError, match=message):
            run(*models)
    monkeypatch.setattr(ship, "ENCODER", "efficientnet_lite2")
    with pytest.raises(ValueError, match="not the lite student.* 'efficientnet_lite2'"):
        run()
    assert not (tmp_path / "assets").exists()
