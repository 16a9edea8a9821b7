"""Official checkpoints: how they are read, and that our graphs give the official outputs with them."""

from collections import Counter

import numpy as np
import pytest

from dbdgan_tf.conversion.converter import ConversionConfig, Network, convert
from dbdgan_tf.inference import LiteRTModel
from dbdgan_tf.models.scaling import UNIT
from dbdgan_tf.models.weights.torch_state import DEPTHWISE, StateReader
from dbdgan_tf.official.mapping import read_checkpoint, unwrap_state_dict
from dbdgan_tf.official.student import load_official_student
from dbdgan_tf.official.teacher import load_official_teacher, teacher_table

# What the official forward pass never reads: stages under a second name, transposed convolutions, attention.
STAGES = range(1, 5)
UNUSED = {
    "student": {},
    "teacher": {"encoder": 758, **{f"dec{i}": 14 for i in STAGES}, **{f"SA2_Ex{i}": 7 for i in STAGES}},
}
LOADERS = {"student": load_official_student, "teacher": load_official_teacher}


def test_unwraps_containers_and_prefixes(write_torch_file, tmp_path):
    state = {"module.a.weight": np.ones(2)}
    for checkpoint in (state, {"model_state_dict": state}, {"epoch": 1, "state_dict": state}):
        assert list(unwrap_state_dict(checkpoint)) == ["a.weight"]
    with pytest.raises(ValueError, match="Received: list"):
        unwrap_state_dict([1])
    kernel = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    write_torch_file(tmp_path / "x.pth", {"epoch": 2, "model_state_dict": {"module.a": kernel}})
    np.testing.assert_array_equal(read_checkpoint(tmp_path / "x.pth")["a"], kernel)


def test_layouts_and_report():
    norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    state = {
        "conv.weight": np.arange(120).reshape(5, 4, 3, 2), "conv.bias": np.arange(5),
        "dw.weight": np.arange(12).reshape(4, 1, 3, 1),
        **{f"bn.{name}": np.full(3, value) for value, name in enumerate(norm, 1)}, "left.over": np.zeros(1),
    }  # fmt: skip
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


@pytest.mark.parametrize("name", LOADERS)
def test_outputs_equal_the_official_ones(official_network, name):
    state, images, maps = official_network(name)
    model, config, report = LOADERS[name]({"model_state_dict": state}, image_size=images.shape[1:3])
    assert Counter(key.split(".")[0] for key in report.unused) == UNUSED[name]
    assert report.used == len(state) - len(report.unused)
    counters = sum(key.endswith("num_batches_tracked") for key in state)
    everything = sum(array.size for array in state.values()) - counters
    assert model.count_params() == {"student": everything, "teacher": 80_612_594}[name]
    assert config.image_size == images.shape[1:3]
    assert config.input_scaling.std == (255.0, 255.0, 255.0)
    assert maps.std() > 0.01
    np.testing.assert_allclose(np.asarray(model(images)), maps, rtol=0, atol=1e-5)


def test_a_missing_tensor_is_named(official_network):
    state = dict(official_network("teacher")[0])
    del state["module.conv3.7.se_module.fc1.weight"]
    with pytest.raises(ValueError, match="conv3.7.se_module.fc1.weight"):
        teacher_table({"model_state_dict": state})


def test_tflite_equals_the_official_student(official_network):
    state, images, maps = official_network("student")
    size = images.shape[1:3]
    student, _, _ = load_official_student(state, image_size=size, batch_size=1)
    network = Network(student, size, UNIT, "official")
    model = LiteRTModel(convert(ConversionConfig("official", "m.tflite", "float16"), network).model)
    assert np.abs(model.run(images[0]) - maps[0, ..., 0]).max() <= 2e-2
    report = model.delegation()
    assert (report.partitions, report.left_ops) == (1, ())
