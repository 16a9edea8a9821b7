"""An official student's checkpoint as .tflite, against the official network's own output."""

import json

import numpy as np
import pytest

from dbdgan_tf.conversion.converter import ConversionConfig, Network, convert
from dbdgan_tf.inference import LiteRTModel


@pytest.fixture(scope="module")
def official(load_module, shared_dir):
    """(network, input (H, W, 3) in 0..1, official map)."""
    from dbdgan_tf.models.scaling import UNIT
    from dbdgan_tf.official.student import load_official_student

    folder = shared_dir / "official"
    recipe = load_module(folder / "fill_weights.py")
    manifest = json.loads((folder / "student_state_dict.json").read_text())
    state = {f"module.{key}": recipe.fill(key, shape) for key, shape in manifest}
    vectors = np.load(folder / "student_io.npz")
    image = vectors["input_nchw"].transpose(0, 2, 3, 1)[0]
    size = image.shape[:2]
    model, _, _ = load_official_student({"model_state_dict": state}, image_size=size, batch_size=1)
    return Network(model, size, UNIT, "official"), image, vectors["output_nchw"][0, 0]


@pytest.mark.parametrize(("variant", "tolerance"), [("float32", 1e-4), ("float16", 2e-2)])
def test_map_equals_the_official_one(official, variant, tolerance):
    network, image, expected = official
    model = LiteRTModel(convert(ConversionConfig("official", "m.tflite", variant), network).model)
    assert np.abs(model.run(image) - expected).max() <= tolerance
    report = model.delegation()
    assert (report.partitions, report.left_ops) == (1, ())
