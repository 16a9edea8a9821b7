"""For each rule of the GPU delegate a graph that breaks it, and one that keeps it."""

import re

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.conversion import check_gpu_rules
from dbdgan_tf.model_file import read_graph

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


def conv(**changes):
    values = {"strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    return options("Conv2D", **(values | changes))


def depthwise(multiplier):
    return options(
        "DepthwiseConv2D",
        strideW=1,
        strideH=1,
        dilationWFactor=1,
        dilationHFactor=1,
        depthMultiplier=multiplier,
    )


GOOD = {
    "add same": ("ADD", [SHAPE, SHAPE], [], SHAPE, options("Add")),
    "mul by [1,1,1,c]": ("MUL", [SHAPE, (1, 1, 1, 4)], [], SHAPE, options("Mul")),
    "mul 3d to 4d": ("MUL", [SHAPE, (8, 8, 4)], [], SHAPE, options("Mul")),
    "mul [b,c]": ("MUL", [SHAPE, (1, 4)], [], SHAPE, options("Mul")),
    "add vector": ("ADD", [SHAPE], [kernel(4)], SHAPE, options("Add")),
    "mean": ("MEAN", [SHAPE], [ints(1, 2)], (1, 1, 1, 4), options("Reducer", keepDims=True)),
    "resize": (
        "RESIZE_BILINEAR",
        [SHAPE],
        [ints(8, 8)],
        SHAPE,
        options("ResizeBilinear", halfPixelCenters=True),
    ),
    "reshape": ("RESHAPE", [SHAPE], [ints(1, 64, 4)], (1, 64, 4), options("Reshape")),
    "slice": ("STRIDED_SLICE", [SHAPE], [ints(0, 0, 0, 0)] * 3, SHAPE, options("StridedSlice")),
    "conv": ("CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, conv()),
    "depthwise": ("DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 4)], SHAPE, depthwise(1)),
    "pad": ("PAD", [SHAPE], [np.zeros((4, 2), np.int32)], SHAPE, options("Pad")),
    "swish": ("HARD_SWISH", [SHAPE], [], SHAPE, None),
    "sub": ("SUB", [SHAPE], [kernel(1)], SHAPE, options("Sub")),
}

BAD = {
    "SHAPE has no kernel": (("SHAPE", [SHAPE], [], (4,), options("Shape")), "no such operator"),
    "EXPAND_DIMS has no kernel": (("EXPAND_DIMS", [SHAPE], [ints(0)], SHAPE, None), "no such operator"),
    "reshape to a computed shape": (
        ("RESHAPE", [SHAPE, (3,)], [], (1, 64, 4), options("Reshape")),
        "2 computed inputs",
    ),
    "slice of rank 1": (
        ("STRIDED_SLICE", [(4,)], [ints(0)] * 3, (2,), options("StridedSlice")),
        "1 dimensions; allowed: 3 or 4",
    ),
    "slice that drops an axis": (
        ("STRIDED_SLICE", [SHAPE], [ints(0, 0, 0, 0)] * 3, SHAPE, options("StridedSlice", shrinkAxisMask=1)),
        "shrinkAxisMask",
    ),
    "plain slice of rank 2": (("SLICE", [(1, 4)], [ints(0, 0)] * 2, (1, 4), None), "2 dimensions"),
    "mul [1,1,c] of another rank": (
        ("MUL", [(1, 2, 3), (2, 3)], [], (1, 2, 3), options("Mul")),
        "broadcasting",
    ),
    "add [2,3] to 4d": (("ADD", [SHAPE, (2, 3)], [], SHAPE, options("Add")), r"broadcasting \[2, 3\]"),
    "mean over computed axes": (
        ("MEAN", [SHAPE, (2,)], [], (1, 1, 1, 4), options("Reducer")),
        "computed axes",
    ),
    "mean over float axes": (
        ("MEAN", [SHAPE], [np.array([1.0, 2.0], np.float32)], (1, 1, 1, 4), options("Reducer")),
        "allowed: int32",
    ),
    "resize with both flags": (
        (
            "RESIZE_BILINEAR",
            [SHAPE],
            [ints(8, 8)],
            SHAPE,
            options("ResizeBilinear", alignCorners=True, halfPixelCenters=True),
        ),
        "align_corners and",
    ),
    "batch of 2": (("HARD_SWISH", [(2, 8, 8, 4)], [], (2, 8, 8, 4), None), "batch of 2"),
    "five dimensions": (("HARD_SWISH", [(1, 1, 8, 8, 4)], [], (1, 1, 8, 8, 4), None), "5 dimensions"),
    "unknown shape": (("HARD_SWISH", [(1, -1, 8, 4)], [], (1, -1, 8, 4), None), "not static"),
    "depthwise that does not fit": (
        ("DEPTHWISE_CONV_2D", [SHAPE], [kernel(1, 3, 3, 8)], SHAPE, depthwise(1)),
        "channels do not fit",
    ),
    "conv without stride": (
        ("CONV_2D", [SHAPE], [kernel(4, 1, 1, 4)], SHAPE, conv(strideW=0)),
        "allowed: positive",
    ),
    "pad of rank 2": (
        ("PAD", [SHAPE], [np.zeros((2, 2), np.int32)], SHAPE, options("Pad")),
        "paddings of shape",
    ),
    "symmetric mirror pad": (
        ("MIRROR_PAD", [SHAPE], [np.zeros((4, 2), np.int32)], SHAPE, options("MirrorPad", mode=1)),
        "reflect",
    ),
    "softmax with beta": (("SOFTMAX", [SHAPE], [], SHAPE, options("Softmax", beta=2.0)), "beta 2"),
    "unit blocks": (
        ("SPACE_TO_DEPTH", [SHAPE], [], SHAPE, options("SpaceToDepth", blockSize=1)),
        "block size 1",
    ),
    "pool without window": (
        ("MAX_POOL_2D", [SHAPE], [], SHAPE, options("Pool2D", strideW=1, strideH=1)),
        "window",
    ),
    "unary of two": (("LOGISTIC", [SHAPE, SHAPE], [], SHAPE, None), "2 computed inputs"),
    "sub of three": (("SUB", [SHAPE] * 3, [], SHAPE, options("Sub")), "3 computed inputs"),
}


@pytest.mark.parametrize("name", GOOD)
def test_kept(reasons, name):
    assert reasons(*GOOD[name]) == []


@pytest.mark.parametrize("name", BAD)
def test_broken(reasons, name):
    model, message = BAD[name]
    found = reasons(*model)
    assert len(found) >= 1
    assert any(re.search(message, reason) for reason in found), found


def test_cast_to_uint8(reasons):
    assert reasons("CAST", [SHAPE], [], SHAPE, options("Cast"), out_type="uint8") == [
        "a cast from float32 to uint8"
    ]


def test_float16_weights_count_as_constants(flat_models):
    model = flat_models.FlatModel()
    image = model.tensor("in", SHAPE)
    packed = model.tensor("packed", (1, 1, 1, 4), data=np.ones(4))
    weights, answer = model.tensor("weights", (1, 1, 1, 4)), model.tensor("out", SHAPE)
    model.op("DEQUANTIZE", [packed], [weights], options("Dequantize"))
    model.op("SUB", [image, weights], [answer], options("Sub"))
    assert check_gpu_rules(read_graph(model.pack([image], [answer]))) == []


def test_violation_names_its_operator(flat_models):
    model = flat_models.FlatModel()
    image, size = model.tensor("in", SHAPE), model.tensor("size", (4,), "int32")
    model.op("SHAPE", [image], [size], options("Shape"))
    (violation,) = check_gpu_rules(read_graph(model.pack([image], [size])))
    assert str(violation) == "SHAPE #0 (size): the GPU delegate has no such operator"
