import errno
import os

import pytest

from dbdgan_tf.atomic_file import replacing, write_bytes


def test_bytes_and_text_appear_whole_in_a_new_folder(tmp_path):
    for content, stored in ((b"\0\r\n", b"\0\r\n"), ("ü\n", "ü\n".encode())):
        write_bytes(tmp_path / "new/a.bin", content)
        assert (tmp_path / "new/a.bin").read_bytes() == stored
    assert os.listdir(tmp_path / "new") == ["a.bin"]


def test_the_longest_name_keeps_its_extensions_and_a_failed_write_the_older_file(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / ("n" * 244 + ".weights.h5")
    with replacing(path) as partial:
        assert partial.name == path.name
        partial.write_bytes(b"older")
    monkeypatch.setattr(os, "replace", no_room)
    with pytest.raises(OSError):
        write_bytes(path, b"newer")
    assert os.listdir(tmp_path) == [path.name] and path.read_bytes() == b"older"


def test_a_pipe_stays_one(tmp_path):
    """Not tried on a device, of which a failure would make a file."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_bytes(tmp_path / "pipe", b"through")
    assert os.read(reader, 99) == b"through" and os.listdir(tmp_path) == ["pipe"]
    os.close(reader)
