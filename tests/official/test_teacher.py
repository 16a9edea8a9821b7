"""The official teacher's weights on our graph give the official teacher's output."""

import json
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


@pytest.fixture(scope="module")
def official(load_module, shared_dir):
    folder = shared_dir / "official"
    recipe = load_module(folder / "fill_weights.py")
    manifest = json.loads((folder / "teacher_state_dict.json").read_text())

    def tensor(key, shape):
        # The second names of the encoder's stages are not read: no need to draw 50 million numbers for them.
        return (
            np.broadcast_to(np.float32(0), shape) if key.startswith("encoder.") else recipe.fill(key, shape)
        )

    state = {f"module.{key}": tensor(key, shape) for key, shape in manifest}
    return {"model_state_dict": state}, np.load(folder / "teacher_io.npz")


def test_outputs_equal_the_official_ones(official):
    checkpoint, vectors = official
    images = np.transpose(vectors["input_nchw"], (0, 2, 3, 1))
    model, config, report = load_official_teacher(checkpoint, image_size=images.shape[1:3])
    assert Counter(key.split(".")[0] for key in report.unused) == UNUSED
    assert report.used == len(checkpoint["model_state_dict"]) - sum(UNUSED.values())
    assert "SA2_Ex4.gamma" in str(report)
    assert model.count_params() == 80_612_594
    assert config.image_size == images.shape[1:3]
    assert config.input_scaling.std == (255.0, 255.0, 255.0)
    output = np.transpose(keras.ops.convert_to_numpy(model(images)), (0, 3, 1, 2))
    assert vectors["output_nchw"].std() > 0.01
    np.testing.assert_allclose(output, vectors["output_nchw"], rtol=0, atol=1e-5)


def test_a_missing_tensor_is_named(official):
    state = dict(official[0]["model_state_dict"])
    del state["module.conv3.7.se_module.fc1.weight"]
    with pytest.raises(ValueError, match="conv3.7.se_module.fc1.weight"):
        teacher_table({"model_state_dict": state})
