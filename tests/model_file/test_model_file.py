"""The description inside a .tflite file, and counting in a graph that was written by hand."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file import ModelMetadata, embed_metadata, read_graph, read_metadata
from dbdgan_tf.model_file.metadata import MetadataError, read_file_metadata


@pytest.fixture
def about():
    scaling = {"input_mean": (1, 2, 3), "input_std": (4, 5, 6)}
    return ModelMetadata("x", **scaling, polarity="focus", metrics={"max_f": 0.9})


def test_json_round_trip_leaves_out_the_keys_of_newer_versions(about):
    assert about.input_mean == (1.0, 2.0, 3.0)
    newer = about.to_json().replace('"name"', '"colour": "red", "name"')
    assert ModelMetadata.from_json(about.to_json()) == ModelMetadata.from_json(newer) == about


def test_embedded_read_back_and_replaced(flat_models, about, tmp_path):
    content = embed_metadata(flat_models.grey_model(metadata=False), about)
    (tmp_path / "m.tflite").write_bytes(content)
    assert read_metadata(content) == read_file_metadata(tmp_path / "m.tflite") == about
    twice = embed_metadata(content, ModelMetadata("y"))
    assert read_metadata(twice).name == "y"
    assert schema.Model.GetRootAs(twice).MetadataLength() == 1


def test_buffers_lie_at_multiples_of_16(flat_models, about):
    content = embed_metadata(flat_models.grey_model(metadata=False), about)
    start = np.frombuffer(content, np.uint8).ctypes.data
    root = schema.Model.GetRootAs(content)
    buffers = [root.Buffers(index) for index in range(root.BuffersLength())]
    offsets = [buffer.DataAsNumpy().ctypes.data - start for buffer in buffers if buffer.DataLength()]
    assert len(offsets) == 3
    assert [offset % 16 for offset in offsets] == [0, 0, 0]


def test_bad_descriptions_and_files(flat_models, tmp_path):
    for options, message in (
        ({"polarity": "sharp"}, "polarity"), ({"input_std": (1, 0, 1)}, "input_std must be positive"),
        ({"input_mean": (1, 2)}, "three"),
    ):  # fmt: skip
        with pytest.raises(MetadataError, match=message):
            ModelMetadata("x", **options)
    with pytest.raises(MetadataError, match="no 'dbdgan_tf' metadata"):
        read_metadata(flat_models.grey_model(metadata=False))
    for read in (read_metadata, read_graph):
        with pytest.raises(MetadataError, match="not a .tflite"):
            read(b"\x89PNG" + bytes(50))
    for text in ("[1]", b"\xff{}", "[" * 100_000):
        with pytest.raises(MetadataError, match="cannot be read"):
            ModelMetadata.from_json(text)
    # A name that is no UTF-8: LiteRT does not mind.
    broken = flat_models.grey_model().replace(b"logit", b"log\xfft")
    assert "log\ufffdt" in {tensor.name for tensor in read_graph(broken).tensors}
    (tmp_path / "empty.tflite").touch()
    with pytest.raises(MetadataError, match="empty"):
        read_file_metadata(tmp_path / "empty.tflite")


def test_float_and_int8_graphs(flat_models):
    graph = read_graph(flat_models.grey_model((10, 20)))
    assert graph.histogram() == {"CONV_2D": 1, "LOGISTIC": 1}
    # 3 weights and a bias; 200 pixels times 3 multiply-adds.
    assert graph.parameters() == 4
    assert graph.multiply_adds() == 600
    assert graph.float_tensors() == ["logit"]
    assert graph.tensors[graph.inputs[0]].shape == (1, 10, 20, 3)
    conv, logistic = graph.operators
    assert list(graph.tensors[conv.inputs[1]].data) == [1, 2, 3]
    assert graph.producer(conv.outputs[0]) is conv and graph.producer(graph.inputs[0]) is None
    assert graph.consumers(conv.outputs[0]) == [logistic]
    graph = read_graph(flat_models.grey_model((10, 20), io="uint8"))
    assert graph.histogram() == {"QUANTIZE": 2, "CONV_2D": 1, "LOGISTIC": 1}
    assert (graph.parameters(), graph.multiply_adds()) == (4, 600)
    assert graph.float_tensors() == graph.stray_quantizes() == []
    assert graph.tensors[graph.inputs[0]].scales == (1 / 128,)


def test_stray_quantize_and_float_island(flat_models):
    model = flat_models.FlatModel()
    a, b = (model.tensor(name, (1, 4, 4, 3), "int8", scale=0.1) for name in ("a", "b"))
    c, d = model.tensor("island", (1, 4, 4, 3)), model.tensor("island2", (1, 4, 4, 3))
    e, f = (model.tensor(name, (1, 4, 4, 3), "int8", scale=0.1) for name in ("e", "f"))
    model.op("LOGISTIC", [a], [b])
    model.op("DEQUANTIZE", [b], [c], flat_models.schema.DequantizeOptionsT())
    model.op("LOGISTIC", [c], [d])
    model.op("QUANTIZE", [d], [e], flat_models.schema.QuantizeOptionsT())
    model.op("LOGISTIC", [e], [f])
    graph = read_graph(model.pack([a], [f]))
    assert graph.float_tensors() == ["island", "island2"]
    assert graph.stray_quantizes() == ["island", "e"]
