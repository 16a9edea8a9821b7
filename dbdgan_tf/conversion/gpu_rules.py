"""Will the TFLite GPU delegate take the whole graph? Its published rules, checked on the flatbuffer.

`tf.lite.experimental.Analyzer`'s gpu_compatibility says yes to every graph in TensorFlow 2.21, even SHAPE.
These are the rules of tflite/tools/versioning/gpu_compatibility.cc (broadcasting by the standard ones, which
every released delegate keeps) for the operators that an image network can hold, and the model builder's:
static shapes, at most four dimensions, one image at a time. An operator without a rule is not supported.
"""

import dataclasses

_ACTIVATION_SIGN_BIT = 5
_PAD_REFLECT = 0


@dataclasses.dataclass(frozen=True)
class Violation:
    """One operator that the GPU delegate would leave to the CPU; `position` is its place in the graph."""

    position: int
    operator: str
    output: str
    reason: str

    def __str__(self):
        return f"{self.operator} #{self.position} ({self.output}): {self.reason}"


def check_gpu_rules(graph):
    """`Violation`s of a `FlatGraph`'s operators; none if the GPU delegate takes the graph whole."""
    found = []
    for position, operator in enumerate(graph.operators):
        node = _Node(graph, operator)
        if node.folded:
            continue
        reasons = [node.shape_problem()]
        rule = _RULES.get(operator.name)
        reasons.append(rule(node) if rule else "the GPU delegate has no such operator")
        output = graph.tensors[operator.outputs[0]].name if operator.outputs else ""
        found += [Violation(position, operator.name, output, reason) for reason in reasons if reason]
    return found


class _Node:
    """An operator with its tensors, as the delegate sees it: unpacked float16 weights count as constants."""

    def __init__(self, graph, operator):
        self._graph, self.options = graph, operator.options
        self._indices = [index for index in operator.inputs if index >= 0]
        self.inputs = [graph.tensors[index] for index in self._indices]
        self.outputs = [graph.tensors[index] for index in operator.outputs]
        self.constant = [self._is_constant(index) for index in self._indices]
        self.folded = operator.name == "DEQUANTIZE" and self.constant[0]

    @property
    def runtime(self):
        """Number of inputs that are computed."""
        return self.constant.count(False)

    def shape_problem(self):
        computed = [t for t, fixed in zip(self.inputs, self.constant, strict=True) if not fixed]
        for tensor in (*self.outputs, *computed):
            if any(side < 1 for side in tensor.shape):
                return f"the shape {list(tensor.shape)} is not static"
            if len(tensor.shape) > 4:
                return f"{len(tensor.shape)} dimensions; allowed: at most 4"
            if len(tensor.shape) == 4 and tensor.shape[0] != 1:
                return f"a batch of {tensor.shape[0]}; allowed: 1"
        return None

    def _is_constant(self, index):
        return self._graph.tensors[index].constant or self._graph.unpacks_constant(index)


def _counts(runtime, outputs=1, constants=None):
    """A rule on the numbers of computed inputs, constant inputs and outputs."""

    def rule(node):
        if node.runtime != runtime:
            return f"{node.runtime} computed inputs; allowed: {runtime}"
        if constants is not None and node.constant.count(True) != constants:
            return f"{node.constant.count(True)} constant inputs; allowed: {constants}"
        if len(node.outputs) != outputs:
            return f"{len(node.outputs)} outputs; allowed: {outputs}"
        return None

    return rule


def _all(*rules):
    """A rule that gives the first reason of several."""
    return lambda node: next(filter(None, (rule(node) for rule in rules)), None)


def _activation(node):
    kind = getattr(node.options, "fusedActivationFunction", 0)
    return "the fused activation SIGN_BIT" if kind == _ACTIVATION_SIGN_BIT else None


def _broadcast(node):
    if len(node.inputs) != 2:
        return f"{len(node.inputs)} inputs; allowed: 2"
    longer, shorter = sorted((tensor.shape for tensor in node.inputs), key=len, reverse=True)
    if len(shorter) <= 1 or len(longer) == len(shorter):
        return _activation(node)
    one_image = longer[0] == 1 and (len(shorter) == 3 or shorter == (1, 1))
    fits = len(longer) == 4 and (one_image or shorter == (longer[0], longer[3]))
    return None if fits else f"broadcasting {list(shorter)} to {list(longer)}"


def _convolution(node):
    if not 1 <= node.runtime <= 2:
        return f"{node.runtime} computed inputs; allowed: 1 or 2"
    if len(node.outputs) != 1:
        return f"{len(node.outputs)} outputs; allowed: 1"
    names = ("strideW", "strideH", "dilationWFactor", "dilationHFactor")
    steps = [getattr(node.options, name, 1) for name in names]
    return f"strides and dilations {steps}; allowed: positive" if min(steps) < 1 else _activation(node)


def _depthwise_channels(node):
    source, kernel, result = node.inputs[0].shape, node.inputs[1].shape, node.outputs[0].shape
    if {len(source), len(kernel), len(result)} != {4}:
        return "not all of input, kernel and output have 4 dimensions"
    # Some writers leave the multiplier at 0 and mean "by the shapes".
    multiplier = node.options.depthMultiplier or result[3] // source[3]
    if kernel[3] != result[3] or result[3] != source[3] * multiplier:
        channels = f"input {source[3]} times {multiplier}, kernel {kernel[3]}, output {result[3]}"
        return f"channels do not fit: {channels}"
    return None


def _window(node):
    sides = [node.options.filterHeight, node.options.filterWidth, node.options.strideH, node.options.strideW]
    return f"window and strides {sides}; allowed: positive" if min(sides) < 1 else _activation(node)


def _constant_axes(node):
    computed = len(node.inputs) > 1 and not node.constant[1]
    return "computed axes; allowed: constant ones" if computed else None


def _integer_axes(node):
    return None if node.inputs[1].dtype == "int32" else f"axes of {node.inputs[1].dtype}; allowed: int32"


def _pixel_centers(node):
    both = node.options.alignCorners and node.options.halfPixelCenters
    return "align_corners and half_pixel_centers together; allowed: one of them" if both else None


def _strided_slice(node):
    for mask in ("ellipsisMask", "newAxisMask", "shrinkAxisMask"):
        if getattr(node.options, mask):
            return f"{mask} is set; allowed: 0"
    return _rank_3_or_4(node, inputs=4)


def _rank_3_or_4(node, inputs):
    if len(node.inputs) < inputs:
        return f"{len(node.inputs)} inputs; allowed: {inputs}"
    rank = len(node.inputs[0].shape)
    return None if rank in (3, 4) else f"{rank} dimensions; allowed: 3 or 4"


def _paddings(node):
    shape = node.inputs[1].shape if len(node.inputs) > 1 else ()
    return None if shape in ((3, 2), (4, 2)) else f"paddings of shape {list(shape)}; allowed: [3, 2], [4, 2]"


def _reflects(node):
    return None if node.options.mode == _PAD_REFLECT else "symmetric mirror padding; allowed: reflect"


def _two_operands(node):
    fits = (node.runtime, node.constant.count(True)) in ((2, 0), (1, 1))
    return _activation(node) if fits else f"{node.runtime} computed inputs; allowed: 1 with a constant, or 2"


def _fully_connected(node):
    if node.constant[0] or node.runtime > 2:
        return "a constant input or more than 2 computed ones"
    if node.options.weightsFormat:
        return "shuffled weights; allowed: the default format"
    ranks = len(node.inputs[0].shape), len(node.outputs[0].shape)
    return f"keep_num_dims with ranks {ranks}" if node.options.keepNumDims and ranks[0] != ranks[1] else None


def _block_size(node):
    size = node.options.blockSize
    return None if size > 1 else f"block size {size}; allowed: above 1"


def _cast(node):
    pair = node.inputs[0].dtype, node.outputs[0].dtype
    floats = ("float32", "float16")
    fits = pair[0] in floats and pair[1] == "bool" or pair[1] in floats and pair[0] == "bool"
    fits = fits or set(pair) <= {"float32", "int32"}
    return None if fits else f"a cast from {pair[0]} to {pair[1]}"


_ONE = _counts(1)
_UNARY = "ABS CEIL COS ELU EXP FLOOR GELU LOG LOGISTIC NEG ROUND RSQRT SIGN SIN SQRT SQUARE TANH".split()
_BINARY = "DIV EQUAL FLOOR_DIV GREATER GREATER_EQUAL LESS LESS_EQUAL MAXIMUM MINIMUM NOT_EQUAL POW".split()
_BINARY += ["SQUARED_DIFFERENCE", "SUB"]
_ANY = "RELU RELU6 RELU_N1_TO_1 LEAKY_RELU PRELU CONCATENATION PACK SPLIT SPLIT_V".split()
_REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD")
_RULES = {
    **dict.fromkeys(_UNARY, _counts(1, constants=0)),
    **dict.fromkeys(_BINARY, _two_operands),
    **dict.fromkeys(_ANY, lambda node: None),
    **dict.fromkeys(("HARD_SWISH", "QUANTIZE", "DEQUANTIZE", "TRANSPOSE", "TILE", "RESHAPE"), _ONE),
    **dict.fromkeys(_REDUCTIONS, _all(_constant_axes, _counts(1, constants=1), _integer_axes)),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D"), _all(_ONE, _window)),
    **dict.fromkeys(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), _all(_ONE, _block_size)),
    **dict.fromkeys(("PAD", "PADV2"), _all(_ONE, _paddings)),
    **dict.fromkeys(("ADD", "MUL"), _broadcast),
    **dict.fromkeys(("CONV_2D", "TRANSPOSE_CONV"), _convolution),
    "CAST": _all(_ONE, _cast), "DEPTHWISE_CONV_2D": _all(_convolution, _depthwise_channels),
    "FULLY_CONNECTED": _fully_connected, "MIRROR_PAD": _all(_reflects, _ONE, _paddings),
    "RESIZE_BILINEAR": _all(_ONE, _pixel_centers), "RESIZE_NEAREST_NEIGHBOR": _ONE,
    "SLICE": lambda node: _rank_3_or_4(node, inputs=3), "STRIDED_SLICE": _strided_slice,
    "SOFTMAX": lambda node: None if node.options.beta == 1 else f"beta {node.options.beta}; allowed: 1",
}  # fmt: skip
