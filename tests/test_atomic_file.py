import errno
import os

import pytest

from dbdgan_tf.atomic_file import replacing, write_bytes


def test_bytes_and_text_appear_whole_in_a_new_folder(tmp_path):
    for content, stored in ((b"\0\r\n", b"\0\r\n"), ("ü\n", "ü\n".encode())):
        write_bytes(tmp_path / "new/a.bin", content)
        assert (tmp_path / "new/a.bin").read_bytes() == stored
    assert os.listdir(tmp_path / "new") == ["a.bin"]


def test_the_longest_name_keeps_its_extensions(tmp_path):
    path = tmp_path / ("n" * 244 + ".weights.h5")
    with replacing(path) as partial:
        assert partial.name == path.name
        partial.write_bytes(b"x")
    assert os.listdir(tmp_path) == [path.name]


def test_a_failed_write_keeps_the_older_file(tmp_path, monkeypatch):
    (tmp_path / "m.png").write_bytes(b"older")

    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(OSError):
        write_bytes(tmp_path / "m.png", b"newer")
    assert os.listdir(tmp_path) == ["m.png"] and (tmp_path / "m.png").read_bytes() == b"older"
