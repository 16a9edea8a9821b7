"""BlurRows without Ray: what rows hold, what a bad photograph becomes, pickling, time."""

import pickle
import time

import cv2
import numpy as np
import pytest

from dbdgan_tf import __version__
from dbdgan_tf.batch import BlurRows, blur_rows
from dbdgan_tf.inference import ModelFileError
from dbdgan_tf.inference.detector import Detectors
from dbdgan_tf.inference.rendering import Rendering, map_photo
from dbdgan_tf.sharpness.score import columns, measure

fsspec = pytest.importorskip("fsspec", reason="needs the extra: pip install '.[ray]'")


def paths(*names):
    return {"path": np.array([str(name) for name in names], object)}


def test_rows_are_the_commands(model, photos):
    rows = BlurRows(model, maps=True, max_side=64)(paths(photos / "00.jpg", photos / "07.jpg"))
    assert tuple(rows) == blur_rows.COLUMNS and all(column.dtype == object for column in rows.values())
    good, bad = ({name: rows[name][row] for name in rows} for row in (0, 1))
    expected = columns(measure(photos / "00.jpg", Detectors(model)).score)
    assert {name: good[name] for name in expected} == expected and good["error"] is None
    assert cv2.imdecode(np.frombuffer(good["map_png"], np.uint8), cv2.IMREAD_GRAYSCALE).shape == (48, 64)
    assert bad == {
        **columns(None), "path": str(photos / "07.jpg"), "map_png": None, "error": "is empty (zero bytes)",
        "model_sha256": Detectors(model).model_checksum(), "version": __version__,
    }  # fmt: skip
    rows = BlurRows(model, scores=False, maps=True)(paths(photos / "00.jpg"))
    assert rows["map_png"][0] == map_photo(photos / "00.jpg", Detectors(model), Rendering())
    assert rows["verdict"][0] is None and rows["error"][0] is None
    with pytest.raises(ValueError, match="Received: neither"):
        BlurRows(scores=False)


def test_uris_and_what_no_store_knows(model, photos):
    fsspec.filesystem("memory").pipe_file("/bucket/a.jpg", (photos / "00.jpg").read_bytes())
    rows = BlurRows(model)(paths("memory://bucket/a.jpg", "memory://bucket/none.jpg", "no://a.jpg", ""))
    assert rows["verdict"].tolist() == ["sharp", None, None, None] and rows["error"][0] is None
    assert all(rows["error"][1:]) and "no" in rows["error"][2]


def test_a_copy_loads_its_own_model(model, photos):
    worker = BlurRows(model)
    first = worker(paths(photos / "00.jpg"))
    copy = pickle.loads(pickle.dumps(worker))
    assert copy._detectors is None and copy(paths(photos / "00.jpg"))["sharpness"] == first["sharpness"]
    with pytest.raises(ModelFileError, match="no model file here.*absent.tflite"):
        BlurRows("/absent.tflite")(paths())


def test_a_photograph_that_takes_too_long(model, photos, monkeypatch):
    def slow(path):
        time.sleep(0.5 if "01" in path else 0)
        return path

    monkeypatch.setattr(blur_rows, "read", slow)
    rows = BlurRows(model, seconds=0.25)(paths(*(photos / f"0{n}.jpg" for n in range(3))))
    assert rows["error"].tolist() == [None, "took longer than 0.25 s", None]
