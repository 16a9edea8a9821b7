"""Model files: names of bundled ones, what is refused and by whom, how a graph is split."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from dbdgan_tf.inference import BlurDetector, LiteRTModel, ModelFileError, bundled, bundled_model
from dbdgan_tf.inference.bundled import MODELS, model_path
from dbdgan_tf.inference.interpreter import TensorSpec

DIES = "import os; os.abort()"


@pytest.fixture(autouse=True)
def remembered(monkeypatch, tmp_path):
    """Lists what was tried and passed, in a cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundled._check_file.cache_clear()
    return lambda: list((tmp_path / "cache/dbdgan_tf/models").glob("*"))


def test_names_of_present_and_absent_models(monkeypatch, tmp_path, flat_models):
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    with pytest.raises(ModelFileError, match="dbdgan convert"):
        BlurDetector()
    shipped = tmp_path / "lite_int8.tflite"
    shipped.write_bytes(flat_models.grey_model())
    assert bundled_model() == bundled_model("lite_int8") == model_path("lite") == shipped
    assert BlurDetector().image_size == (32, 48)
    with pytest.raises(ModelFileError, match="Received: 'lite_fast'. Allowed: lite, lite_int8, or"):
        bundled_model("lite_fast")
    with pytest.raises(ValueError, match="Received: 'b4'. Allowed: lite, .*, lite_fast_float16"):
        bundled_model("b4")
    # A path is itself.
    assert str(model_path("./lite")) == "lite"
    assert str(model_path("runs/b4.tflite")) == "runs/b4.tflite"


@pytest.mark.parametrize("name", MODELS)
def test_what_is_shipped_has_its_recipe_and_maps_a_photo(name):
    path = bundled_model(name)
    recipe = json.loads(path.with_name(f"{path.name}.json").read_text())
    detector = BlurDetector(name)
    assert recipe["source_checksum"] == detector.metadata.source_checksum
    assert detector.metadata.polarity == "blur" and not detector.metadata.placeholder
    assert detector(np.full((50, 70, 3), 127, np.uint8)).blur_map.shape == (50, 70)


def test_one_wrong_bit_of_a_bundled_model_is_noticed(monkeypatch, tmp_path):
    good = bundled_model()
    content = bytearray(good.read_bytes())
    content[5811747] ^= 1 << 6
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    (tmp_path / good.name).write_bytes(content)
    (tmp_path / f"{good.name}.json").write_bytes(good.with_name(f"{good.name}.json").read_bytes())
    with pytest.raises(ModelFileError, match="bundled model is damaged"):
        BlurDetector("lite")


@pytest.mark.parametrize(
    ("child", "message"),
    [(DIES, "died of signal 6"), ("import time; time.sleep(60)", "nothing within 1 s")],
)
def test_only_a_child_dies(monkeypatch, model, remembered, child, message):
    monkeypatch.setattr(bundled, "_CHILD", child)
    monkeypatch.setattr(bundled, "SECONDS", 1)
    with pytest.raises(ModelFileError, match=f"{model}.*{message}"):
        BlurDetector(model)
    assert not remembered()


def test_a_zeroed_block_is_told_in_one_line():
    content = bundled_model().read_bytes()
    with pytest.raises(ModelFileError, match="LiteRT cannot load the model.*LiteRT says: "):
        BlurDetector(content[: len(content) // 2].ljust(len(content), b"\0"))


def test_a_good_file_is_tried_once_and_a_bundled_one_never(monkeypatch, model, remembered):
    BlurDetector("lite")
    assert not remembered()
    BlurDetector(model)
    assert len(remembered()) == 1
    monkeypatch.setattr(bundled, "_CHILD", DIES)
    bundled._check_file.cache_clear()
    BlurDetector(model)
    BlurDetector(Path(model).read_bytes())


def test_a_detector_is_pickled_and_takes_numpy_numbers(model):
    photo = np.full((20, 30, 3), 90, np.uint8)
    detector = BlurDetector(model, num_threads=np.int64(1), scale="native")
    again = pickle.loads(pickle.dumps(detector))
    assert np.array_equal(again(photo).blur_map, detector(photo).blur_map)


def test_quantization_rounds_and_saturates():
    spec = TensorSpec(0, "x", (1,), np.dtype(np.uint8), 1 / 128, 127)
    assert list(spec.quantize([0.0, 1 / 128, -5.0, 5.0])) == [127, 128, 0, 255]
    assert spec.dequantize(np.array([127, 255], np.uint8)) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(("io", "left"), [("float32", ()), ("uint8", ("QUANTIZE", "QUANTIZE"))])
def test_delegation(flat_models, io, left):
    report = LiteRTModel(flat_models.grey_model(io=io)).delegation()
    assert (report.partitions, report.left_ops) == (1, left)


def logistic(flat_models, inputs):
    """A graph whose inputs and output have three channels."""
    model = flat_models.FlatModel()
    *first, last = (model.tensor(name, (1, 4, 4, 3)) for name in "abc"[-inputs - 1 :])
    model.op("ADD" if inputs == 2 else "LOGISTIC", first, [last])
    return model.pack(first, [last])


def test_unfit_models_are_refused(flat_models, tmp_path):
    good = flat_models.grey_model()
    (tmp_path / "photo.tflite").write_bytes(b"\x89PNG\r\n" + bytes(100))
    for model, message in (
        (logistic(flat_models, 2), "one input.*2"),
        (logistic(flat_models, 1), "output is not a blur model's"),
        (good[: len(good) // 2], "LiteRT cannot load"),
        (tmp_path / "missing.tflite", "no model file"),
        (tmp_path / "photo.tflite", "Allowed: a .tflite file"),
    ):
        with pytest.raises(ModelFileError, match=message):
            LiteRTModel(model)
    with pytest.raises(ValueError, match="num_threads"):
        LiteRTModel(good, num_threads=0)


def test_a_tensors_name_that_is_no_utf8_is_told(flat_models):
    model = LiteRTModel(flat_models.grey_model().replace(b"logit", b"lo\xffit"))
    assert model.run(np.zeros(model.input.shape, np.float32)).shape == (32, 48)
    with pytest.raises(ModelFileError, match="a tensor has a name that is no UTF-8"):
        model.delegation()
