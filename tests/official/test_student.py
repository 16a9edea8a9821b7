"""The official student's weights on our graph give the official student's output."""

import json

import numpy as np
import pytest

from dbdgan_tf.official.student import load_official_student


@pytest.fixture(scope="module")
def official(load_module, shared_dir):
    folder = shared_dir / "official"
    recipe = load_module(folder / "fill_weights.py")
    manifest = json.loads((folder / "student_state_dict.json").read_text())
    state = {f"module.{key}": recipe.fill(key, shape) for key, shape in manifest}
    return {"model_state_dict": state}, np.load(folder / "student_io.npz")


def test_outputs_equal_the_official_ones(official):
    checkpoint, vectors = official
    images = np.transpose(vectors["input_nchw"], (0, 2, 3, 1))
    model, config, report = load_official_student(checkpoint, image_size=images.shape[1:3])
    assert report.unused == ()
    assert report.used == len(checkpoint["model_state_dict"])
    batch_counters = sum(key.endswith("num_batches_tracked") for key in checkpoint["model_state_dict"])
    sizes = sum(array.size for array in checkpoint["model_state_dict"].values())
    assert model.count_params() == sizes - batch_counters
    assert config.image_size == images.shape[1:3]
    assert config.input_scaling.std == (255.0, 255.0, 255.0)
    output = np.transpose(model.predict(images, verbose=0), (0, 3, 1, 2))
    assert vectors["output_nchw"].std() > 0.01
    np.testing.assert_allclose(output, vectors["output_nchw"], rtol=0, atol=1e-5)
