"""uint8 at the ends of an int8 graph."""

import numpy as np

from dbdgan_tf.conversion.byte_ends import split_byte_conversions
from dbdgan_tf.inference import LiteRTModel
from dbdgan_tf.model_file import read_graph, read_metadata


def test_all_operators_are_delegated_and_bytes_stay_the_same(flat_models):
    before = flat_models.grey_model(io="uint8")
    after = split_byte_conversions(before)
    graph = read_graph(after)
    names = [operator.name for operator in graph.operators]
    assert names == ["DEQUANTIZE", "QUANTIZE", "CONV_2D", "LOGISTIC", "DEQUANTIZE", "QUANTIZE"]
    assert graph.stray_quantizes() == []
    assert graph.float_tensors() == []
    report = LiteRTModel(after).delegation()
    assert (report.partitions, report.left_ops) == (1, ())
    photo = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    for native in (False, True):
        maps = [LiteRTModel(model, keep_native=native).run(photo) for model in (before, after)]
        assert np.array_equal(*maps)
    assert read_metadata(after) == read_metadata(before)


def test_graphs_without_byte_ends_are_left_alone(flat_models):
    for io in ("float32", "int8"):
        content = flat_models.grey_model(io=io)
        assert read_graph(split_byte_conversions(content)).histogram() == read_graph(content).histogram()
