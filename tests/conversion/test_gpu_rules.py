"""For each rule of the GPU delegate a graph that breaks it, and one that keeps it; uint8 at the ends."""

import re

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.conversion import check_gpu_rules
from dbdgan_tf.conversion.tensorflow_export import split_byte_conversions
from dbdgan_tf.inference import LiteRTModel
from dbdgan_tf.model_file import read_graph, read_metadata

SHAPE = (1, 8, 8, 4)


def options(name, **values):
    table = getattr(schema, name + "OptionsT")()
    for key, value in values.items():
        setattr(table, key, value)
    return table


@pytest.fixture
def violations(flat_models):
    """Function: op, shapes of computed inputs, constants, output shape, options -> what breaks the rules."""

    def check(name, shapes, constants=(), out=SHAPE, table=None):
        model = flat_models.FlatModel()
        inputs = [model.tensor(f"in{index}", shape) for index, shape in enumerate(shapes)]
        fixed = [
            model.tensor(f"const{index}", np.shape(data), str(np.asarray(data).dtype), data=data)
            for index, data in enumerate(constants)
        ]
        output = model.tensor("out", out)
        model.op(name, [*inputs, *fixed], [output], table)
        return check_gpu_rules(read_graph(model.pack(inputs, [output])))

    return check


def ints(*shape):
    return np.zeros(shape, np.int32)


def kernel(*shape):
    return np.zeros(shape, np.float32)


UNIT = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
DEPTHWISE = options("DepthwiseConv2D", **UNIT, depthMultiplier=1)
HALF_PIXELS = options("ResizeBilinear", halfPixelCenters=True)
BOTH_FLAGS = options("ResizeBilinear", alignCorners=True, halfPixelCenters=True)
GOOD = [
    ("MUL", [SHAPE, (1, 1, 1, 4)]),
    ("MUL", [SHAPE, (8, 8, 4)]),
    ("MUL", [SHAPE, (1, 4)]),
    ("ADD", [SHAPE], [kernel(4)]),
    ("MEAN", [SHAPE], [ints(2)], (1, 1, 1, 4)),
    ("RESIZE_BILINEAR", [SHAPE], [ints(2)], SHAPE, HALF_PIXELS),
    ("RESHAPE", [SHAPE], [ints(3)], (1, 64, 4)),
    ("CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, options("Conv2D", **UNIT)),
    ("DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 4)], SHAPE, DEPTHWISE),
    ("PAD", [SHAPE], [ints(4, 2)]),
]
# A reason, and a graph that is refused for it.
BAD = [
    ("no rule", "SHAPE", [SHAPE], [], (4,)),
    ("no rule", "EXPAND_DIMS", [SHAPE], [ints(1)]),
    ("2 computed inputs", "RESHAPE", [SHAPE, (3,)], [], (1, 64, 4)),
    ("broadcasting", "MUL", [(1, 2, 3), (2, 3)], [], (1, 2, 3)),
    (r"broadcasting \[2, 3\]", "ADD", [SHAPE, (2, 3)]),
    ("2 computed inputs", "MEAN", [SHAPE, (2,)], [], (1, 1, 1, 4)),
    ("allowed: int32", "MEAN", [SHAPE], [kernel(2)], (1, 1, 1, 4)),
    ("align_corners and", "RESIZE_BILINEAR", [SHAPE], [ints(2)], SHAPE, BOTH_FLAGS),
    ("batch of 2", "HARD_SWISH", [(2, 8, 8, 4)], [], (2, 8, 8, 4)),
    ("5 dimensions", "HARD_SWISH", [(1, 1, 8, 8, 4)], [], (1, 1, 8, 8, 4)),
    ("not static", "HARD_SWISH", [(1, -1, 8, 4)], [], (1, -1, 8, 4)),
    ("channels do not fit", "DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 8)], SHAPE, DEPTHWISE),
    ("allowed: positive", "CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, options("Conv2D", strideW=0)),
    ("paddings of shape", "PAD", [SHAPE], [ints(2, 2)]),
    ("window", "MAX_POOL_2D", [SHAPE], [], SHAPE, options("Pool2D", strideW=1, strideH=1)),
    ("2 computed inputs", "LOGISTIC", [SHAPE, SHAPE]),
    ("3 computed inputs", "SUB", [SHAPE] * 3),
]


@pytest.mark.parametrize("graph", GOOD)
def test_kept(violations, graph):
    assert violations(*graph) == []


@pytest.mark.parametrize(("reason", "graph"), [(reason, graph) for reason, *graph in BAD])
def test_broken(violations, reason, graph):
    found = violations(*graph)
    assert found[0].startswith(f"{graph[0]} #0 (out): ") and re.search(reason, "\n".join(found)), found


def test_all_operators_are_delegated_and_bytes_stay_the_same(flat_models):
    before = flat_models.grey_model(io="uint8")
    after = split_byte_conversions(before)
    names = [operator.name for operator in read_graph(after).operators]
    assert names == ["DEQUANTIZE", "QUANTIZE", "CONV_2D", "LOGISTIC", "DEQUANTIZE", "QUANTIZE"]
    photo = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    assert np.array_equal(*(LiteRTModel(model).run(photo) for model in (before, after)))
    assert read_metadata(after) == read_metadata(before)
    # Graphs without byte ends are left alone.
    for io in ("float32", "int8"):
        content = flat_models.grey_model(io=io)
        assert read_graph(split_byte_conversions(content)).histogram() == read_graph(content).histogram()
