import pytest

from dbdgan_tf.data.layouts import read_stems
from dbdgan_tf.data.uniform_scenes import read_groups
from dbdgan_tf.text_file import read_json


@pytest.mark.parametrize("read", [read_json, read_stems, read_groups])
def test_latin_1_is_told_with_name_and_place(tmp_path, read):
    (tmp_path / "a.txt").write_bytes(b"sharp caf\xe9\n")
    with pytest.raises(ValueError, match=r"a.txt is not UTF-8 text. Received: byte 0xe9 at position 9\."):
        read(tmp_path / "a.txt")


def test_what_is_no_json_and_no_flag_file(tmp_path, run_python):
    (tmp_path / "a.json").write_text("{'a': 1}")
    with pytest.raises(ValueError, match="a.json is no JSON: Expecting property name"):
        read_json(tmp_path / "a.json")
    (tmp_path / "a.flags").write_bytes(b"--data_dir=caf\xe9\n")
    # In a process of its own, as absl's flags are those of the process.
    code = f"""
        from dbdgan_tf.command import flags
        from dbdgan_tf.verification.verify import VerifyConfig
        try:
            flags.start(VerifyConfig, print, ["verify", "--flagfile={tmp_path}/a.flags"])
        except SystemExit as error:
            print(error)
    """
    assert "error: a flag file is not UTF-8 text" in run_python(code)
