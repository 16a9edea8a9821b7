"""Tiny .tflite files written field by field, so that their answers can be worked out by hand."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file.metadata import ModelMetadata, embed_metadata, pack_model

TYPES = {"float32": 0, "int32": 2, "uint8": 3, "int8": 9}


def _table(kind, **fields):
    made = kind()
    vars(made).update(fields)
    return made


class FlatModel:
    """Collects tensors and operators of one graph."""

    def __init__(self):
        self.graph = _table(schema.SubGraphT, tensors=[], operators=[])
        fields = {"version": 3, "buffers": [schema.BufferT()], "operatorCodes": [], "subgraphs": [self.graph]}
        self.tree = _table(schema.ModelT, **fields)

    def tensor(self, name, shape, dtype="float32", data=None, scale=None, zero_point=0):
        tensor = _table(schema.TensorT, name=name, shape=np.int32(shape), type=TYPES[dtype], buffer=0)
        if data is not None:
            tensor.buffer = len(self.tree.buffers)
            content = np.frombuffer(np.asarray(data, dtype).tobytes(), np.uint8)
            self.tree.buffers.append(_table(schema.BufferT, data=content))
        if scale is not None:
            fields = {"scale": np.float32(np.atleast_1d(scale)), "zeroPoint": np.int64([zero_point])}
            tensor.quantization = _table(schema.QuantizationParametersT, **fields)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def op(self, name, inputs, outputs, options=None):
        code, number = getattr(schema.BuiltinOperator, name), len(self.tree.operatorCodes)
        fields = {"builtinCode": code, "deprecatedBuiltinCode": min(code, 127), "version": 1}
        self.tree.operatorCodes.append(_table(schema.OperatorCodeT, **fields))
        fields = {"opcodeIndex": number, "inputs": np.int32(inputs), "outputs": np.int32(outputs)}
        operator = _table(schema.OperatorT, **fields)
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        self.graph.operators.append(operator)

    def pack(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = np.int32(inputs), np.int32(outputs)
        return pack_model(self.tree)


def conv_options():
    ones = dict.fromkeys(("strideW", "strideH", "dilationWFactor", "dilationHFactor"), 1)
    return _table(schema.Conv2DOptionsT, padding=schema.Padding.SAME, **ones)


def grey_model(size=(32, 48), io="float32", metadata=True, **about):
    """blur = sigmoid(r + 2 g + 3 b - 1) of the scaled pixel, each pixel by itself.

    Input scaling is LITE's, (pixel - 127) / 128. io "uint8" is an int8 graph between two QUANTIZE ops, "int8"
    the same without them; there weights are exact, the logit has steps of 1/16, the answer steps of 1/256.
    """
    model, height, width = FlatModel(), *size
    image, answer = (1, height, width, 3), (1, height, width, 1)
    if io == "float32":
        first, logit = model.tensor("image", image), model.tensor("logit", answer)
        last = model.tensor("map", answer)
        kernel = model.tensor("kernel", (1, 1, 1, 3), data=[1, 2, 3])
        bias = model.tensor("bias", (1,), data=[-1])
    else:
        first = model.tensor("image_i8", image, "int8", scale=1 / 128, zero_point=-1)
        logit = model.tensor("logit", answer, "int8", scale=1 / 16, zero_point=0)
        last = model.tensor("map_i8", answer, "int8", scale=1 / 256, zero_point=-128)
        kernel = model.tensor("kernel", (1, 1, 1, 3), "int8", data=[32, 64, 96], scale=1 / 32)
        bias = model.tensor("bias", (1,), "int32", data=[-32 * 128], scale=1 / (32 * 128))
    inputs, outputs = [first], [last]
    if io == "uint8":
        inputs = [model.tensor("image", image, "uint8", scale=1 / 128, zero_point=127)]
        outputs = [model.tensor("map", answer, "uint8", scale=1 / 256, zero_point=0)]
        model.op("QUANTIZE", inputs, [first], schema.QuantizeOptionsT())
    model.op("CONV_2D", [first, kernel, bias], [logit], conv_options())
    model.op("LOGISTIC", [logit], [last])
    if io == "uint8":
        model.op("QUANTIZE", [last], outputs, schema.QuantizeOptionsT())
    content = model.pack(inputs, outputs)
    if not metadata:
        return content
    about = {"name": "grey", "input_mean": (127,) * 3, "input_std": (128,) * 3, **about}
    return embed_metadata(content, ModelMetadata(**about))


def grey_answer(image):
    """What `grey_model` gives for uint8 (H, W, 3) RGB at its own size."""
    scaled = (image.astype(np.float64) - 127) / 128
    return 1 / (1 + np.exp(-(scaled @ [1.0, 2.0, 3.0] - 1)))
