"""What IN may be, and what is said of what it may not be."""

import re

import pytest

pa = pytest.importorskip("pyarrow", reason="needs the extra: pip install '.[ray]'")
fsspec = pytest.importorskip("fsspec", reason="needs the extra: pip install '.[ray]'")


from dbdgan_tf.batch.sources import find_paths  # noqa: E402


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
