"""Names of bundled models, and the commands that take them, with a tiny model in the real one's place."""

import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference import BlurDetector, ModelFileError, bundled_model
from dbdgan_tf.inference.bundled import ASSETS, MODEL_FILES, model_path


@pytest.fixture
def assets(flat_models, tmp_path, monkeypatch):
    """A folder of assets that holds the lite model alone, dark = in focus."""
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "lite_int8.tflite").write_bytes(flat_models.grey_model(io="uint8", name="shipped"))
    monkeypatch.setattr("dbdgan_tf.inference.bundled.ASSETS", folder)
    return folder


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.full((60, 90, 3), 127, np.uint8))
    return path


def test_names(assets):
    assert bundled_model() == bundled_model("lite") == assets / "lite_int8.tflite"
    with pytest.raises(ModelFileError, match="no bundled .* Received: 'lite_float16'. Allowed: lite, or"):
        bundled_model("lite_float16")
    with pytest.raises(ValueError, match="Received: 'b4'. Allowed: lite, lite_float16"):
        bundled_model("b4")
    assert model_path("lite") == assets / "lite_int8.tflite"
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


def test_the_commands_take_it(assets, photo, run_python):
    target = photo.with_name("map.png")
    code = f"""
        import pathlib, runpy, sys
        from dbdgan_tf.cli.main import main
        from dbdgan_tf.cli.options import model_option
        from dbdgan_tf.inference import bundled
        bundled.ASSETS = pathlib.Path({str(assets)!r})
        print(model_option(lambda: None).__click_params__[0].metavar)
        for arguments in (["map", {str(photo)!r}, {str(target)!r}], ["info", "--json"]):
            try:
                main(arguments)
            except SystemExit as end:
                assert not end.code, end.code
        sys.argv = ["detect", {str(photo)!r}, "--output", {str(target.with_name("other.png"))!r}]
        runpy.run_module("tflite.detect", run_name="__main__")
    """
    names, rest = run_python(code, blocked=("tensorflow", "keras", "tf_keras")).split("\n", 1)
    assert names == "|".join([*MODEL_FILES, "PATH"])
    facts = json.loads(rest[: rest.rindex("}") + 1])
    assert (facts["file"], facts["name"]) == (str(assets / "lite_int8.tflite"), "shipped")
    assert "100.0 % of the photo is in focus" in rest
    # sigmoid(-1) * 255 = 68.6; the answer's steps are 1/256.
    assert np.abs(cv2.imread(str(target), cv2.IMREAD_GRAYSCALE).astype(int) - 69).max() <= 1
    assert cv2.imread(str(target.with_name("other.png")), cv2.IMREAD_GRAYSCALE).shape == (60, 90)
