"""The boxed interpreter: what it refuses, how it counts partitions."""

import numpy as np
import pytest

from dbdgan_tf.inference.interpreter import LiteRTModel, ModelFileError, TensorSpec


def test_quantization_rounds_and_saturates():
    spec = TensorSpec(0, "x", (1,), np.dtype(np.uint8), 1 / 128, 127)
    assert list(spec.quantize([0.0, 1 / 128, -5.0, 5.0])) == [127, 128, 0, 255]
    assert spec.dequantize(np.array([127, 255], np.uint8)) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(
    ("io", "keep_native", "partitions", "left"),
    [
        ("float32", False, 1, ()),
        ("float32", True, 0, ("CONV_2D", "LOGISTIC")),
        ("uint8", False, 1, ("QUANTIZE", "QUANTIZE")),
    ],
)
def test_delegation(flat_models, io, keep_native, partitions, left):
    report = LiteRTModel(flat_models.grey_model(io=io), keep_native=keep_native).delegation()
    assert (report.partitions, report.left_ops) == (partitions, left)


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
