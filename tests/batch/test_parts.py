"""The folder of parts: one schema, names from the paths, and whose it is."""

import numpy as np
import pytest

pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra: pip install '.[ray]'")
pytest.importorskip("fsspec", reason="needs the extra: pip install '.[ray]'")

from dbdgan_tf.batch.blur_rows import COLUMNS  # noqa: E402
from dbdgan_tf.batch.parts import SCHEMA, Parts  # noqa: E402

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
        assert pq.read_table(tmp_path / "out").schema.equals(SCHEMA)
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
