"""Names of bundled models, and what is shipped."""

import json

import numpy as np
import pytest

from dbdgan_tf.inference import BlurDetector, ModelFileError, bundled_model
from dbdgan_tf.inference.bundled import ASSETS, MODEL_FILES, model_path


def test_names_of_present_and_absent_models(monkeypatch, tmp_path, flat_models):
    monkeypatch.setattr("dbdgan_tf.inference.bundled.ASSETS", tmp_path)
    with pytest.raises(ModelFileError, match="dbdgan convert"):
        BlurDetector()
    shipped = tmp_path / "lite_int8.tflite"
    shipped.write_bytes(flat_models.grey_model())
    assert bundled_model() == bundled_model("lite") == model_path("lite") == shipped
    assert BlurDetector().image_size == (32, 48)
    with pytest.raises(ModelFileError, match="no bundled .* Received: 'lite_float16'. Allowed: lite, or"):
        bundled_model("lite_float16")
    with pytest.raises(ValueError, match="Received: 'b4'. Allowed: lite, lite_float16"):
        bundled_model("b4")
    # A path is itself.
    assert str(model_path("./lite")) == "lite"
    assert str(model_path("runs/b4.tflite")) == "runs/b4.tflite"


@pytest.mark.parametrize("name", MODEL_FILES)
def test_what_is_shipped_has_its_recipe_and_maps_a_photo(name):
    path = ASSETS / MODEL_FILES[name]
    recipe = json.loads(path.with_name(f"{path.name}.json").read_text())
    detector = BlurDetector(name)
    assert recipe["source_checksum"] == detector.metadata.source_checksum
    assert detector.metadata.polarity == "blur" and not detector.metadata.placeholder
    assert detector(np.full((50, 70, 3), 127, np.uint8)).blur_map.shape == (50, 70)
