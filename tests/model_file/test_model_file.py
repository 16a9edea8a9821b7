"""The description inside a .tflite file, and counting in a graph that was written by hand."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file import ModelMetadata, embed_metadata, read_graph, read_metadata
from dbdgan_tf.model_file.metadata import MetadataError

SCALING = {"input_mean": (1, 2, 3), "input_std": (4, 5, 6)}
ABOUT = ModelMetadata("x", **SCALING, polarity="focus", metrics={"max_f": 0.9})


def test_json_round_trip_leaves_out_the_keys_of_newer_versions():
    assert ABOUT.input_mean == (1.0, 2.0, 3.0)
    newer = ABOUT.to_json().replace('"name"', '"colour": "red", "name"')
    assert ModelMetadata.from_json(ABOUT.to_json()) == ModelMetadata.from_json(newer) == ABOUT


def test_embedded_at_multiples_of_16_read_back_and_replaced(flat_models):
    content = embed_metadata(flat_models.grey_model(metadata=False), ABOUT)
    assert read_metadata(content) == ABOUT
    twice = embed_metadata(content, ModelMetadata("y"))
    root, start = schema.Model.GetRootAs(twice), np.frombuffer(twice, np.uint8).ctypes.data
    assert read_metadata(twice).name == "y" and root.MetadataLength() == 1
    buffers = [root.Buffers(index) for index in range(root.BuffersLength())]
    offsets = [buffer.DataAsNumpy().ctypes.data - start for buffer in buffers if buffer.DataLength()]
    assert [offset % 16 for offset in offsets] == [0, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"polarity": "sharp"}, "polarity"),
        ({"input_std": (1, 0, 1)}, "input_std must be positive"),
        ({"input_mean": (1, 2)}, "three"),
        ({"temperature": 0}, "from 0.1 to 10. Received: 0"),
        ({"temperature": True}, "from 0.1 to 10. Received: True"),
    ],
)
def test_bad_descriptions(options, message):
    with pytest.raises(MetadataError, match=message):
        ModelMetadata("x", **options)


def test_bad_files(flat_models):
    for read, source, message in (
        (read_metadata, flat_models.grey_model(metadata=False), "no 'dbdgan_tf' metadata"),
        (read_graph, b"\x89PNG" + bytes(50), "not a .tflite"),
        (read_metadata, b"", "not a .tflite"),
        *((ModelMetadata.from_json, text, "cannot be read") for text in ("[1]", b"\xff{}", "[" * 100_000)),
    ):
        with pytest.raises(MetadataError, match=message):
            read(source)
    # A name that is no UTF-8: LiteRT does not mind.
    broken = flat_models.grey_model().replace(b"logit", b"log\xfft")
    assert "log\ufffdt" in {tensor.name for tensor in read_graph(broken).tensors}


def test_float_and_int8_graphs(flat_models):
    graph = read_graph(flat_models.grey_model((10, 20)))
    assert graph.histogram() == {"CONV_2D": 1, "LOGISTIC": 1}
    # 3 weights and a bias; 200 pixels times 3 multiply-adds.
    assert (graph.parameters(), graph.multiply_adds()) == (4, 600)
    assert graph.float_tensors() == ["logit"]
    assert graph.tensors[graph.inputs[0]].shape == (1, 10, 20, 3)
    assert list(graph.tensors[graph.operators[0].inputs[1]].data) == [1, 2, 3]
    graph = read_graph(flat_models.grey_model((10, 20), io="uint8"))
    assert graph.histogram() == {"QUANTIZE": 2, "CONV_2D": 1, "LOGISTIC": 1}
    assert (graph.parameters(), graph.multiply_adds()) == (4, 600)
    assert graph.float_tensors() == graph.stray_quantizes() == []
    assert graph.tensors[graph.inputs[0]].scales == (1 / 128,)


def test_stray_quantize_and_float_island(flat_models):
    model, shape = flat_models.FlatModel(), (1, 4, 4, 3)
    a, b, e, f = (model.tensor(name, shape, "int8", scale=0.1) for name in "abef")
    c, d = model.tensor("island", shape), model.tensor("island2", shape)
    model.op("LOGISTIC", [a], [b])
    model.op("DEQUANTIZE", [b], [c], flat_models.schema.DequantizeOptionsT())
    model.op("LOGISTIC", [c], [d])
    model.op("QUANTIZE", [d], [e], flat_models.schema.QuantizeOptionsT())
    model.op("LOGISTIC", [e], [f])
    graph = read_graph(model.pack([a], [f]))
    assert graph.float_tensors() == ["island", "island2"]
    assert graph.stray_quantizes() == ["island", "e"]
