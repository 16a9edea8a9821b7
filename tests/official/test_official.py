"""Official checkpoints: how they are read, and that our graphs give the official outputs with them."""

from collections import Counter

import numpy as np
import pytest

from dbdgan_tf.models.scaling import UNIT
from dbdgan_tf.official import load_official_student, load_official_teacher

# What the official forward pass never reads: stages under a second name, transposed convolutions, attention.
STAGES = range(1, 5)
UNUSED = {
    "student": {},
    "teacher": {"encoder": 758, **{f"dec{i}": 14 for i in STAGES}, **{f"SA2_Ex{i}": 7 for i in STAGES}},
}
LOADERS = {"student": load_official_student, "teacher": load_official_teacher}


@pytest.mark.parametrize("name", LOADERS)
def test_outputs_equal_the_official_ones(official_network, name):
    state, images, maps = official_network(name)
    model, config, report = LOADERS[name]({"model_state_dict": state}, image_size=images.shape[1:3])
    assert Counter(key.split(".")[0] for key in report.unused) == UNUSED[name]
    assert report.used == len(state) - len(report.unused)
    counters = sum(key.endswith("num_batches_tracked") for key in state)
    everything = sum(array.size for array in state.values()) - counters
    assert model.count_params() == {"student": everything, "teacher": 80_612_594}[name]
    assert (config.image_size, config.input_scaling) == (images.shape[1:3], UNIT)
    assert maps.std() > 0.01
    np.testing.assert_allclose(np.asarray(model(images)), maps, rtol=0, atol=1e-5)


def test_a_missing_tensor_is_named_and_an_unused_one_reported(official_network):
    state = dict(official_network("student")[0])
    report = load_official_student({**state, "left.over": np.zeros(1)}, image_size=(32, 32))[2]
    assert report.unused == ("left.over",) and "left.over" in str(report)
    del state["module.final_conv.weight"]
    with pytest.raises(ValueError, match="lacks a tensor.*'final_conv.weight'"):
        load_official_student({"state_dict": state})
    with pytest.raises(ValueError, match="Received: dict"):
        load_official_student({})
