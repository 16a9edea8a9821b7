"""Without Ray: rows of photographs; what IN may be; the folder of parts, its schema, and whose it is."""

import pickle
import re
import time

import cv2
import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="needs the extra: pip install '.[ray]'")
fsspec = pytest.importorskip("fsspec", reason="needs the extra: pip install '.[ray]'")

from dbdgan_tf import __version__  # noqa: E402
from dbdgan_tf.batch import BlurRows, blur_rows  # noqa: E402
from dbdgan_tf.batch.blur_rows import COLUMNS  # noqa: E402
from dbdgan_tf.batch.parts import SCHEMA, Parts  # noqa: E402
from dbdgan_tf.batch.sources import find_paths  # noqa: E402
from dbdgan_tf.inference import ModelFileError  # noqa: E402
from dbdgan_tf.inference.detector import Detectors  # noqa: E402
from dbdgan_tf.inference.rendering import Rendering, map_photo  # noqa: E402
from dbdgan_tf.sharpness.score import columns, measure  # noqa: E402


def paths(*names):
    return {"path": np.array([str(name) for name in names], object)}


def test_rows_are_the_commands(model, photos):
    rows = BlurRows(model, maps=True, max_side=64)(paths(photos / "00.jpg", photos / "07.jpg"))
    assert tuple(rows) == COLUMNS and all(column.dtype == object for column in rows.values())
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


FACTS = {"model_sha256": "abc", "sharp_at": 2048, "roi": (0, 0, 1, 1)}


def rows(*paths):
    """Rows of which nothing is known but the paths: a file of them must still have the schema."""
    made = {name: np.full(len(paths), None, object) for name in COLUMNS}
    return {**made, "path": np.array(paths, object), "error": np.array([None, *paths[1:]], object)}


@pytest.mark.parametrize("folder", ["{}/out", "memory://parts_of_a_test"])
def test_doing_a_part_twice_leaves_one(tmp_path, folder):
    parts = Parts(folder.format(tmp_path))
    parts.claim(FACTS)
    assert parts.finished() == set()
    for _ in range(2):
        assert parts.add(["a", "b"], lambda: rows("a", "b")) == (2, 1)
    parts.add(["c"], lambda: rows("c"))
    again = Parts(folder.format(tmp_path))
    again.claim(FACTS)
    assert again.finished() == {"a", "b", "c"}
    with pytest.raises(ValueError, match="taken over by another run"):
        parts.add(["d"], lambda: rows("d"))
    if "memory" not in folder:
        assert pa.parquet.read_table(tmp_path / "out").schema.equals(SCHEMA)
        assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_folder_of_something_else(tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(ValueError, match="is not empty, and no folder of dbdgan batch"):
        Parts(str(tmp_path)).claim(FACTS)
    with pytest.raises(ValueError, match="photo.jpg, which is a file"):
        Parts(str(tmp_path / "photo.jpg")).claim(FACTS)


def test_a_folder_of_another_job(tmp_path):
    Parts(str(tmp_path)).claim(FACTS)
    for name, value in (("model_sha256", "abd"), ("sharp_at", 1000)):
        with pytest.raises(ValueError, match=f"another job: {name} is {FACTS[name]} there, {value} now"):
            Parts(str(tmp_path)).claim({**FACTS, name: value})


def test_a_damaged_part_is_named_and_what_a_killed_writer_left_goes(tmp_path):
    parts = Parts(str(tmp_path / "out"))
    parts.claim(FACTS)
    (tmp_path / "out/.dbdgan-x").mkdir()
    (tmp_path / "out/part-0.parquet").write_bytes(b"PAR1")
    parts.claim(FACTS)
    assert not (tmp_path / "out/.dbdgan-x").exists()
    with pytest.raises(ValueError, match="remove it and run again .*part-0.parquet"):
        parts.finished()


def test_every_kind_of_source(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = fsspec.filesystem("memory")
    for name in ("b.jpg", "deep/c.PNG", "notes.md"):
        store.pipe_file(f"/sources/{name}", b"-")
    (tmp_path / "list.txt").write_text("photos/01.jpg\n\ns3://bucket/x.jpg\n")
    store.pipe_file("/lists/list.txt", b"http://host/y.jpg\n")
    pa.parquet.write_table(pa.table({"uri": ["gs://bucket/z.jpg"]}), tmp_path / "list.parquet")
    first, second = f"{photos}/01.jpg", f"{photos}/02.jpg"
    assert find_paths(["photos/0[12].jpg", "list.txt"]) == [first, second, "s3://bucket/x.jpg"]
    listed = find_paths(["list.parquet", "memory://lists/list.txt"], "uri")
    assert listed == ["gs://bucket/z.jpg", "http://host/y.jpg"]
    stored = ["memory:///sources/b.jpg", "memory:///sources/deep/c.PNG"]
    assert find_paths(["memory://sources"]) == stored and find_paths(["memory://sources/*.jpg"]) == stored[:1]
    assert len(find_paths([str(photos), "photos"])) == 24 and find_paths(["s3://b/a.jpg"]) == ["s3://b/a.jpg"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("absent.jpg", "absent.jpg: cannot be read .*does not exist"),
        ("absent.parquet", "absent.parquet: cannot be read"),
        ("list.parquet", "no column 'path'; it has uri; --column names another"),
        ("empty.txt", "empty.txt: holds no photograph"),
        ("memory://nothing/there", "cannot be read|holds no photograph"),
        ("no://bucket/", "no://bucket/: .*no"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, monkeypatch, source, reason):
    monkeypatch.chdir(tmp_path)
    pa.parquet.write_table(pa.table({"uri": ["a.jpg"]}), "list.parquet")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(ValueError, match=reason) as raised:
        find_paths([source])
    assert re.fullmatch(r"[^\n]+", str(raised.value))
