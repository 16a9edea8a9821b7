import pytest

from dbdgan_tf.data.layouts import read_stems
from dbdgan_tf.data.uniform_scenes import read_groups
from dbdgan_tf.text_file import read_json


@pytest.mark.parametrize("read", [read_json, read_stems, read_groups])
def test_latin_1_is_told_with_name_and_place(tmp_path, read):
    (tmp_path / "a.txt").write_bytes(b"sharp caf\xe9\n")
    with pytest.raises(ValueError, match=r"a.txt is not UTF-8 text. Received: byte 0xe9 at position 9\."):
        read(tmp_path / "a.txt")


def test_what_is_no_json(tmp_path):
    (tmp_path / "a.json").write_text("{'a': 1}")
    with pytest.raises(ValueError, match="a.json is no JSON: Expecting property name"):
        read_json(tmp_path / "a.json")
