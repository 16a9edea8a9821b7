"""Will the TFLite GPU delegate take the whole graph? Its published rules, checked on the flatbuffer.

`tf.lite.experimental.Analyzer`'s gpu_compatibility says yes to every graph in TensorFlow 2.21, even SHAPE.
These are the rules of tflite/tools/versioning/gpu_compatibility.cc (broadcasting by the standard ones, which
every released delegate keeps) for the operators that a network of this library can hold, and the model
builder's: static shapes, at most four dimensions, one image at a time. No rule means not supported.
"""


def check_gpu_rules(graph):
    """Sentences on the operators of a `FlatGraph` that the GPU delegate would leave to the CPU.

    Each names the operator, its place in the graph and its output.
    """
    found = []
    for position, operator in enumerate(graph.operators):
        node = _Node(graph, operator)
        if operator.name == "DEQUANTIZE" and node.constant[0]:
            continue
        rule = _RULES.get(operator.name, lambda _: "no rule of the GPU delegate is known for it")
        output = graph.tensors[operator.outputs[0]].name if operator.outputs else ""
        reasons = filter(None, (_shape_problem(node), rule(node)))
        found += [f"{operator.name} #{position} ({output}): {reason}" for reason in reasons]
    return found


class _Node:
    """An operator with its tensors, as the delegate sees it: unpacked float16 weights count as constants."""

    def __init__(self, graph, operator):
        indices = [index for index in operator.inputs if index >= 0]
        self.options = operator.options
        self.inputs = [graph.tensors[index] for index in indices]
        self.outputs = [graph.tensors[index] for index in operator.outputs]
        self.constant = [graph.tensors[i].constant or graph.unpacks_constant(i) for i in indices]
        # Number of inputs that are computed.
        self.runtime = self.constant.count(False)


def _shape_problem(node):
    computed = [t for t, fixed in zip(node.inputs, node.constant, strict=True) if not fixed]
    for tensor in (*node.outputs, *computed):
        if any(side < 1 for side in tensor.shape):
            return f"the shape {list(tensor.shape)} is not static"
        if len(tensor.shape) > 4:
            return f"{len(tensor.shape)} dimensions; allowed: at most 4"
        if len(tensor.shape) == 4 and tensor.shape[0] != 1:
            return f"a batch of {tensor.shape[0]}; allowed: 1"
    return None


def _one(constants=None):
    """A rule: one computed input, one output, and so many constants, None for any number."""

    def rule(node):
        if node.runtime != 1:
            return f"{node.runtime} computed inputs; allowed: 1"
        if constants not in (None, node.constant.count(True)):
            return f"{node.constant.count(True)} constant inputs; allowed: {constants}"
        return f"{len(node.outputs)} outputs; allowed: 1" if len(node.outputs) != 1 else None

    return rule


def _all(*rules):
    return lambda node: next(filter(None, (rule(node) for rule in rules)), None)


def _broadcast(node):
    if len(node.inputs) != 2:
        return f"{len(node.inputs)} inputs; allowed: 2"
    longer, shorter = sorted((tensor.shape for tensor in node.inputs), key=len, reverse=True)
    if len(shorter) <= 1 or len(longer) == len(shorter):
        return None
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
    return f"strides and dilations {steps}; allowed: positive" if min(steps) < 1 else None


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
    return f"window and strides {sides}; allowed: positive" if min(sides) < 1 else None


def _integer_axes(node):
    return None if node.inputs[1].dtype == "int32" else f"axes of {node.inputs[1].dtype}; allowed: int32"


def _pixel_centers(node):
    both = node.options.alignCorners and node.options.halfPixelCenters
    return "align_corners and half_pixel_centers; allowed: one of them" if both else None


def _paddings(node):
    shape = node.inputs[1].shape if len(node.inputs) > 1 else ()
    return None if shape in ((3, 2), (4, 2)) else f"paddings of shape {list(shape)}; allowed: [3, 2], [4, 2]"


def _two_operands(node):
    fits = (node.runtime, node.constant.count(True)) in ((2, 0), (1, 1))
    return None if fits else f"{node.runtime} computed inputs; allowed: 1 with a constant, or 2"


_ONE = _one()
_UNARY = "ABS CEIL COS ELU EXP FLOOR GELU LOG LOGISTIC NEG ROUND RSQRT SIGN SIN SQRT SQUARE TANH".split()
_BINARY = "DIV EQUAL FLOOR_DIV GREATER GREATER_EQUAL LESS LESS_EQUAL MAXIMUM MINIMUM NOT_EQUAL POW".split()
_BINARY += ["SQUARED_DIFFERENCE", "SUB"]
_ANY = "RELU RELU6 RELU_N1_TO_1 LEAKY_RELU PRELU CONCATENATION PACK SPLIT SPLIT_V".split()
_REDUCTIONS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD")
_RULES = {
    **dict.fromkeys(_UNARY, _one(constants=0)),
    **dict.fromkeys(_BINARY, _two_operands),
    **dict.fromkeys(_ANY, lambda node: None),
    **dict.fromkeys(("HARD_SWISH", "QUANTIZE", "DEQUANTIZE", "TRANSPOSE", "TILE", "RESHAPE"), _ONE),
    **dict.fromkeys(_REDUCTIONS, _all(_one(constants=1), _integer_axes)),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D"), _all(_ONE, _window)),
    **dict.fromkeys(("PAD", "PADV2"), _all(_ONE, _paddings)),
    **dict.fromkeys(("ADD", "MUL"), _broadcast),
    **dict.fromkeys(("CONV_2D", "TRANSPOSE_CONV"), _convolution),
    "DEPTHWISE_CONV_2D": _all(_convolution, _depthwise_channels),
    "RESIZE_BILINEAR": _all(_ONE, _pixel_centers), "RESIZE_NEAREST_NEIGHBOR": _ONE,
}  # fmt: skip
