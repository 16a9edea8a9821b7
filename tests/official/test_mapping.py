import numpy as np
import pytest

from dbdgan_tf.models.weights.torch_state import DEPTHWISE, StateReader
from dbdgan_tf.official.mapping import read_checkpoint, unwrap_state_dict


def test_unwraps_containers_and_prefixes():
    state = {"module.a.weight": np.ones(2)}
    for checkpoint in (state, {"model_state_dict": state}, {"epoch": 1, "state_dict": state}):
        assert list(unwrap_state_dict(checkpoint)) == ["a.weight"]
    with pytest.raises(ValueError, match="Received: list"):
        unwrap_state_dict([1])


def test_reads_a_file(write_torch_file, tmp_path):
    kernel = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    write_torch_file(tmp_path / "x.pth", {"epoch": 2, "model_state_dict": {"module.a": kernel}})
    np.testing.assert_array_equal(read_checkpoint(tmp_path / "x.pth")["a"], kernel)


def test_layouts_and_report():
    state = {
        "conv.weight": np.arange(120).reshape(5, 4, 3, 2),
        "conv.bias": np.arange(5),
        "dw.weight": np.arange(12).reshape(4, 1, 3, 1),
        "bn.weight": np.full(3, 1),
        "bn.bias": np.full(3, 2),
        "bn.running_mean": np.full(3, 3),
        "bn.running_var": np.full(3, 4),
        "bn.num_batches_tracked": np.array(0),
        "left.over": np.zeros(1),
    }
    reader = StateReader(state)
    kernel, bias = reader.conv("conv")
    assert kernel.shape == (3, 2, 4, 5) and bias.shape == (5,)
    assert kernel[2, 1, 3, 4] == state["conv.weight"][4, 3, 2, 1]
    assert reader.conv("dw", DEPTHWISE)[0].shape == (3, 1, 4, 1)
    assert [array[0] for array in reader.norm("bn")] == [1, 2, 3, 4]
    report = reader.report()
    assert report.unused == ("left.over",) and report.used == 8
    assert "left.over" in str(report)
    with pytest.raises(ValueError, match="lacks a tensor.*'gone.weight'"):
        reader.conv("gone")
