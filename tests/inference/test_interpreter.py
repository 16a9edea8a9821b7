"""The boxed interpreter: what it refuses, what it computes, how it counts partitions."""

import numpy as np
import pytest

from dbdgan_tf.inference.interpreter import LiteRTModel, ModelFileError, TensorSpec


def test_runs_by_hand_worked_numbers(flat_models):
    model = LiteRTModel(flat_models.grey_model((2, 2)))
    answer = model.run(np.zeros((2, 2, 3), np.float32))
    assert model.image_size == (2, 2)
    assert answer == pytest.approx(np.full((2, 2), 1 / (1 + np.e)), abs=1e-6)


def test_quantization_rounds_and_saturates():
    spec = TensorSpec(0, "x", (1,), np.dtype(np.uint8), 1 / 128, 127)
    assert list(spec.quantize([0.0, 1 / 128, -5.0, 5.0])) == [127, 128, 0, 255]
    assert spec.dequantize(np.array([127, 255], np.uint8)) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(
    ("io", "keep_native", "partitions", "delegated", "left"),
    [
        ("float32", False, 1, ("CONV_2D", "LOGISTIC"), ()),
        ("float32", True, 0, (), ("CONV_2D", "LOGISTIC")),
        ("uint8", False, 1, ("CONV_2D", "LOGISTIC"), ("QUANTIZE", "QUANTIZE")),
    ],
)
def test_delegation(flat_models, io, keep_native, partitions, delegated, left):
    report = LiteRTModel(flat_models.grey_model(io=io), keep_native=keep_native).delegation()
    assert (report.partitions, report.delegated_ops, report.left_ops) == (partitions, delegated, left)


def two_inputs(flat_models):
    model = flat_models.FlatModel()
    a, b, c = (model.tensor(name, (1, 4, 4, 3)) for name in "abc")
    model.op("ADD", [a, b], [c], flat_models.schema.AddOptionsT())
    return model.pack([a, b], [c])


def wrong_channels(flat_models):
    model = flat_models.FlatModel()
    a, b = model.tensor("a", (1, 4, 4, 3)), model.tensor("b", (1, 4, 4, 3))
    model.op("LOGISTIC", [a], [b])
    return model.pack([a], [b])


def test_unfit_models_are_refused(flat_models, tmp_path):
    good = flat_models.grey_model()
    (tmp_path / "photo.tflite").write_bytes(b"\x89PNG\r\n" + bytes(100))
    cases = {
        "one input.*2": two_inputs(flat_models), "output is not a blur model's": wrong_channels(flat_models),
        "LiteRT cannot load": good[: len(good) // 2], "no model file": tmp_path / "missing.tflite",
        "Allowed: a .tflite file": tmp_path / "photo.tflite",
    }  # fmt: skip
    for message, model in cases.items():
        with pytest.raises(ModelFileError, match=message):
            LiteRTModel(model)
    with pytest.raises(ValueError, match="num_threads"):
        LiteRTModel(good, num_threads=0)


def test_a_tensors_name_that_is_no_utf8_is_told(flat_models):
    model = LiteRTModel(flat_models.grey_model().replace(b"logit", b"lo\xffit"))
    assert model.run(np.zeros(model.input.shape, np.float32)).shape == (32, 48)
    with pytest.raises(ModelFileError, match="a tensor has a name that is no UTF-8"):
        model.delegation()
