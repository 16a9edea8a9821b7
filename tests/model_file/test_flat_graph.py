"""Counting in a graph that was written by hand."""

import pytest

from dbdgan_tf.model_file import read_graph
from dbdgan_tf.model_file.metadata import MetadataError


def test_float_graph(flat_models):
    graph = read_graph(flat_models.grey_model((10, 20)))
    assert graph.histogram() == {"CONV_2D": 1, "LOGISTIC": 1}
    # 3 weights and a bias; 200 pixels times 3 multiply-adds.
    assert graph.parameters() == 4
    assert graph.multiply_adds() == 600
    assert graph.float_tensors() == ["logit"]
    assert graph.tensors[graph.inputs[0]].shape == (1, 10, 20, 3)
    assert list(graph.tensors[graph.operators[0].inputs[1]].data) == [1, 2, 3]


def test_int8_graph(flat_models):
    graph = read_graph(flat_models.grey_model((10, 20), io="uint8"))
    assert graph.histogram() == {"QUANTIZE": 2, "CONV_2D": 1, "LOGISTIC": 1}
    assert (graph.parameters(), graph.multiply_adds()) == (4, 600)
    assert graph.float_tensors() == []
    assert graph.stray_quantizes() == []
    assert graph.tensors[graph.inputs[0]].scales == (1 / 128,)


def test_stray_quantize_and_float_island(flat_models):
    model = flat_models.FlatModel()
    a, b = (model.tensor(name, (1, 4, 4, 3), "int8", scale=0.1) for name in ("a", "b"))
    c, d = model.tensor("island", (1, 4, 4, 3)), model.tensor("island2", (1, 4, 4, 3))
    e, f = (model.tensor(name, (1, 4, 4, 3), "int8", scale=0.1) for name in ("e", "f"))
    options = flat_models.schema.QuantizeOptionsT
    model.op("LOGISTIC", [a], [b])
    model.op("DEQUANTIZE", [b], [c], flat_models.schema.DequantizeOptionsT())
    model.op("LOGISTIC", [c], [d])
    model.op("QUANTIZE", [d], [e], options())
    model.op("LOGISTIC", [e], [f])
    graph = read_graph(model.pack([a], [f]))
    assert graph.float_tensors() == ["island", "island2"]
    assert graph.stray_quantizes() == ["island", "e"]


def test_producers_and_consumers(flat_models):
    graph = read_graph(flat_models.grey_model())
    conv, logistic = graph.operators
    assert graph.producer(conv.outputs[0]) is conv
    assert graph.producer(graph.inputs[0]) is None
    assert graph.consumers(conv.outputs[0]) == [logistic]


def test_not_a_model():
    with pytest.raises(MetadataError, match="not a .tflite"):
        read_graph(b"PK\x03\x04" + bytes(40))
