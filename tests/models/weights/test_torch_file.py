import pathlib
import pickle

import numpy as np
import pytest

from dbdgan_tf.models.weights.torch_file import read_torch_file


@pytest.mark.parametrize("form", ["zip", "legacy", "of the first versions"])
def test_reads_every_format(write_torch_file, tmp_path, form):
    path = tmp_path / "x.pth"
    state = {
        "module.conv.weight": np.arange(2400, dtype=np.float32).reshape(20, 30, 4),
        "module.bn.num_batches_tracked": np.int64([7]).reshape(()),
        "half": np.float16([0.5, -2.0]),
    }
    write_torch_file(path, {"epoch": 3, "model_state_dict": state}, legacy=form != "zip")
    if form == "of the first versions":
        content = path.read_bytes().replace(b"_rebuild_tensor_v2", b"_rebuild_tensor")
        path.write_bytes(content.replace(b"ctorch\nFloatStorage", b"ctorch.cuda\nFloatStorage"))
    loaded = read_torch_file(path)
    assert loaded["epoch"] == 3
    for key, array in state.items():
        assert loaded["model_state_dict"][key].dtype == array.dtype
        np.testing.assert_array_equal(loaded["model_state_dict"][key], array)
    # Cut short it is refused.
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError):
        read_torch_file(path)


def test_refuses_code_views_outside_their_storage_and_other_files(write_torch_file, tmp_path):
    class Evil:
        def __reduce__(self):
            return (pathlib.Path(tmp_path / "touched").touch, ())

    path = tmp_path / "x.pth"
    write_torch_file(path, {"a": np.zeros(4, np.float32)}, legacy=True)
    shape = b"(J\x04\x00\x00\x00t"
    assert shape in path.read_bytes()
    outside = path.read_bytes().replace(shape, b"(J\x05\x00\x00\x00t")
    for content, message in (
        (pickle.dumps(Evil()), "not allowed"),
        (outside, "outside its storage"),
        *((other, "(?i)torch") for other in (b"", b"not a checkpoint", b"\x80\x02", b"PK\x03\x04 broken")),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read_torch_file(path)
    assert not (tmp_path / "touched").exists()
