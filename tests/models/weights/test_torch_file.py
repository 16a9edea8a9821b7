import pathlib
import pickle

import numpy as np
import pytest

from dbdgan_tf.models.weights.torch_file import read_torch_file


@pytest.mark.parametrize("legacy", [False, True])
def test_reads_both_formats(write_torch_file, tmp_path, legacy):
    state = {
        "module.conv.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
        "module.bn.num_batches_tracked": np.int64([7]).reshape(()),
        "half": np.float16([0.5, -2.0]),
    }
    write_torch_file(tmp_path / "x.pth", {"epoch": 3, "model_state_dict": state}, legacy)
    loaded = read_torch_file(tmp_path / "x.pth")
    assert loaded["epoch"] == 3
    for key, array in state.items():
        assert loaded["model_state_dict"][key].dtype == array.dtype
        np.testing.assert_array_equal(loaded["model_state_dict"][key], array)


def test_reads_tensors_of_the_first_pytorch_versions(write_torch_file, tmp_path):
    path = tmp_path / "x.pth"
    write_torch_file(path, {"a": np.arange(6, dtype=np.float32).reshape(2, 3)}, legacy=True)
    content = path.read_bytes().replace(b"_rebuild_tensor_v2", b"_rebuild_tensor")
    path.write_bytes(content.replace(b"ctorch\nFloatStorage", b"ctorch.cuda\nFloatStorage"))
    np.testing.assert_array_equal(read_torch_file(path)["a"], [[0, 1, 2], [3, 4, 5]])


def test_refuses_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return (pathlib.Path(tmp_path / "touched").touch, ())

    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="not allowed"):
        read_torch_file(path)
    assert not (tmp_path / "touched").exists()


def test_refuses_views_outside_their_storage(write_torch_file, tmp_path):
    path = tmp_path / "x.pth"
    write_torch_file(path, {"a": np.zeros(4, np.float32)}, legacy=True)
    shape = b"(J\x04\x00\x00\x00t"
    assert shape in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(shape, b"(J\x05\x00\x00\x00t"))
    with pytest.raises(ValueError, match="outside its storage"):
        read_torch_file(path)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02", b"PK\x03\x04 broken"])
def test_other_files_are_a_value_error(tmp_path, content):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(ValueError, match=r"(?i)torch"):
        read_torch_file(tmp_path / "x.pth")


@pytest.mark.parametrize("legacy", [False, True])
def test_cut_files_are_a_value_error(write_torch_file, tmp_path, legacy):
    path = tmp_path / "x.pth"
    write_torch_file(path, {"a": np.zeros(1000, np.float32)}, legacy)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError):
        read_torch_file(path)
