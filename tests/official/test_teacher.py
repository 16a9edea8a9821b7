"""The official teacher's weights on our graph give the official teacher's output."""

from collections import Counter

import keras
import numpy as np
import pytest

from dbdgan_tf.official.teacher import load_official_teacher, teacher_table

# What the official forward pass never reads: stages under a second name, transposed convolutions, attention.
UNUSED = {
    "encoder": 758,
    "dec1": 14,
    "dec2": 14,
    "dec3": 14,
    "dec4": 14,
    **{f"SA2_Ex{i}": 7 for i in range(1, 5)},
}


def test_outputs_equal_the_official_ones(official_network):
    state, images, maps = official_network("teacher")
    model, config, report = load_official_teacher({"model_state_dict": state}, image_size=images.shape[1:3])
    assert Counter(key.split(".")[0] for key in report.unused) == UNUSED
    assert report.used == len(state) - sum(UNUSED.values())
    assert "SA2_Ex4.gamma" in str(report)
    assert model.count_params() == 80_612_594
    assert config.image_size == images.shape[1:3]
    assert config.input_scaling.std == (255.0, 255.0, 255.0)
    assert maps.std() > 0.01
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(images)), maps, rtol=0, atol=1e-5)


def test_a_missing_tensor_is_named(official_network):
    state = dict(official_network("teacher")[0])
    del state["module.conv3.7.se_module.fc1.weight"]
    with pytest.raises(ValueError, match="conv3.7.se_module.fc1.weight"):
        teacher_table({"model_state_dict": state})
