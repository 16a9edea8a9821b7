"""For each rule of the GPU delegate a graph that breaks it, and one that keeps it; uint8 at the ends."""

import re

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.conversion import check_gpu_rules
from dbdgan_tf.conversion.byte_ends import split_byte_conversions
from dbdgan_tf.inference import LiteRTModel
from dbdgan_tf.model_file import read_graph, read_metadata

SHAPE = (1, 8, 8, 4)


def options(name, **values):
    table = getattr(schema, name + "OptionsT")()
    for key, value in values.items():
        assert hasattr(table, key)
        setattr(table, key, value)
    return table


@pytest.fixture
def reasons(flat_models):
    """Function: op, shapes of computed inputs, constants, output shape, options -> reasons of violations."""

    def check(name, shapes, constants=(), out=SHAPE, table=None, out_type="float32"):
        model = flat_models.FlatModel()
        inputs = [model.tensor(f"in{index}", shape) for index, shape in enumerate(shapes)]
        fixed = [
            model.tensor(f"const{index}", np.shape(data), str(np.asarray(data).dtype), data=data)
            for index, data in enumerate(constants)
        ]
        output = model.tensor("out", out, out_type)
        model.op(name, [*inputs, *fixed], [output], table)
        return [violation.reason for violation in check_gpu_rules(read_graph(model.pack(inputs, [output])))]

    return check


def ints(*values):
    return np.array(values, np.int32)


def kernel(*shape):
    return np.zeros(shape, np.float32)


UNIT = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
ROW = ints(0, 0, 0, 0)
DEPTHWISE = options("DepthwiseConv2D", **UNIT, depthMultiplier=1)
HALF_PIXELS = options("ResizeBilinear", halfPixelCenters=True)
BOTH_FLAGS = options("ResizeBilinear", alignCorners=True, halfPixelCenters=True)

GOOD = {
    "add same": ("ADD", [SHAPE, SHAPE], [], SHAPE, options("Add")),
    "mul by [1,1,1,c]": ("MUL", [SHAPE, (1, 1, 1, 4)], [], SHAPE, options("Mul")),
    "mul 3d to 4d": ("MUL", [SHAPE, (8, 8, 4)], [], SHAPE, options("Mul")),
    "mul [b,c]": ("MUL", [SHAPE, (1, 4)], [], SHAPE, options("Mul")),
    "add vector": ("ADD", [SHAPE], [kernel(4)], SHAPE, options("Add")),
    "mean": ("MEAN", [SHAPE], [ints(1, 2)], (1, 1, 1, 4), options("Reducer", keepDims=True)),
    "resize": ("RESIZE_BILINEAR", [SHAPE], [ints(8, 8)], SHAPE, HALF_PIXELS),
    "reshape": ("RESHAPE", [SHAPE], [ints(1, 64, 4)], (1, 64, 4), options("Reshape")),
    "slice": ("STRIDED_SLICE", [SHAPE], [ROW] * 3, SHAPE, options("StridedSlice")),
    "conv": ("CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, options("Conv2D", **UNIT)),
    "depthwise": ("DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 4)], SHAPE, DEPTHWISE),
    "pad": ("PAD", [SHAPE], [np.zeros((4, 2), np.int32)], SHAPE, options("Pad")),
    "swish": ("HARD_SWISH", [SHAPE], [], SHAPE, None),
    "sub": ("SUB", [SHAPE], [kernel(1)], SHAPE, options("Sub")),
}

# Reason -> a graph that is refused for it.
BAD = {
    "SHAPE has no kernel: no such operator": ("SHAPE", [SHAPE], [], (4,), options("Shape")),
    "EXPAND_DIMS: no such operator": ("EXPAND_DIMS", [SHAPE], [ints(0)], SHAPE, None),
    "reshape: 2 computed inputs": ("RESHAPE", [SHAPE, (3,)], [], (1, 64, 4), options("Reshape")),
    "slice: 1 dimensions; allowed: 3 or 4":
        ("STRIDED_SLICE", [(4,)], [ints(0)] * 3, (2,), options("StridedSlice")),
    "slice that drops an axis: shrinkAxisMask":
        ("STRIDED_SLICE", [SHAPE], [ROW] * 3, SHAPE, options("StridedSlice", shrinkAxisMask=1)),
    "plain slice: 2 dimensions": ("SLICE", [(1, 4)], [ints(0, 0)] * 2, (1, 4), None),
    "mul [1,1,c] of another rank: broadcasting": ("MUL", [(1, 2, 3), (2, 3)], [], (1, 2, 3), options("Mul")),
    r"add to 4d: broadcasting \[2, 3\]": ("ADD", [SHAPE, (2, 3)], [], SHAPE, options("Add")),
    "mean: computed axes": ("MEAN", [SHAPE, (2,)], [], (1, 1, 1, 4), options("Reducer")),
    "mean over float axes: allowed: int32": ("MEAN", [SHAPE], [kernel(2)], (1, 1, 1, 4), options("Reducer")),
    "resize: align_corners and": ("RESIZE_BILINEAR", [SHAPE], [ints(8, 8)], SHAPE, BOTH_FLAGS),
    "swish: batch of 2": ("HARD_SWISH", [(2, 8, 8, 4)], [], (2, 8, 8, 4), None),
    "swish: 5 dimensions": ("HARD_SWISH", [(1, 1, 8, 8, 4)], [], (1, 1, 8, 8, 4), None),
    "swish: not static": ("HARD_SWISH", [(1, -1, 8, 4)], [], (1, -1, 8, 4), None),
    "depthwise: channels do not fit":
        ("DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 8)], SHAPE, DEPTHWISE),
    "conv without stride: allowed: positive":
        ("CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, options("Conv2D", **{**UNIT, "strideW": 0})),
    "pad of rank 2: paddings of shape": ("PAD", [SHAPE], [np.zeros((2, 2), np.int32)], SHAPE, options("Pad")),
    "symmetric mirror pad: reflect":
        ("MIRROR_PAD", [SHAPE], [np.zeros((4, 2), np.int32)], SHAPE, options("MirrorPad", mode=1)),
    "softmax: beta 2": ("SOFTMAX", [SHAPE], [], SHAPE, options("Softmax", beta=2.0)),
    "unit blocks: block size 1": ("SPACE_TO_DEPTH", [SHAPE], [], SHAPE, options("SpaceToDepth", blockSize=1)),
    "pool without: window": ("MAX_POOL_2D", [SHAPE], [], SHAPE, options("Pool2D", strideW=1, strideH=1)),
    "logistic: 2 computed inputs": ("LOGISTIC", [SHAPE, SHAPE], [], SHAPE, None),
    "sub: 3 computed inputs": ("SUB", [SHAPE] * 3, [], SHAPE, options("Sub")),
    "cast: a cast from float32 to uint8": ("CAST", [SHAPE], [], SHAPE, options("Cast"), "uint8"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_kept(reasons, name):
    assert reasons(*GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_broken(reasons, name):
    found = reasons(*BAD[name])
    assert any(re.search(name.split(": ", 1)[1], reason) for reason in found), found


def test_float16_weights_count_as_constants_and_a_violation_names_its_operator(flat_models):
    model = flat_models.FlatModel()
    image = model.tensor("in", SHAPE)
    packed = model.tensor("packed", (1, 1, 1, 4), data=np.ones(4))
    weights, answer = model.tensor("weights", (1, 1, 1, 4)), model.tensor("out", SHAPE)
    model.op("DEQUANTIZE", [packed], [weights], options("Dequantize"))
    model.op("SUB", [image, weights], [answer], options("Sub"))
    assert check_gpu_rules(read_graph(model.pack([image], [answer]))) == []
    # A violation names its operator.
    model = flat_models.FlatModel()
    image, size = model.tensor("in", SHAPE), model.tensor("size", (4,), "int32")
    model.op("SHAPE", [image], [size], options("Shape"))
    (violation,) = check_gpu_rules(read_graph(model.pack([image], [size])))
    assert str(violation) == "SHAPE #0 (size): the GPU delegate has no such operator"


def test_all_operators_are_delegated_and_bytes_stay_the_same(flat_models):
    before = flat_models.grey_model(io="uint8")
    after = split_byte_conversions(before)
    graph = read_graph(after)
    names = [operator.name for operator in graph.operators]
    assert names == ["DEQUANTIZE", "QUANTIZE", "CONV_2D", "LOGISTIC", "DEQUANTIZE", "QUANTIZE"]
    assert graph.stray_quantizes() == graph.float_tensors() == []
    report = LiteRTModel(after).delegation()
    assert (report.partitions, report.left_ops) == (1, ())
    photo = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    for native in (False, True):
        maps = [LiteRTModel(model, keep_native=native).run(photo) for model in (before, after)]
        assert np.array_equal(*maps)
    assert read_metadata(after) == read_metadata(before)
    # Graphs without byte ends are left alone.
    for io in ("float32", "int8"):
        content = flat_models.grey_model(io=io)
        assert read_graph(split_byte_conversions(content)).histogram() == read_graph(content).histogram()
