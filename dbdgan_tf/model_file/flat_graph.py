"""The graph of a .tflite file as plain data, and what can be counted in it without running it."""

import collections
import dataclasses
import typing

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file.metadata import unpack_model

_OP_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if name.isupper()}
_TYPE_NAMES = {code: name.lower() for name, code in vars(schema.TensorType).items() if name.isupper()}
_WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")


class Tensor(typing.NamedTuple):
    """One edge of the graph; `data` is None unless it is a constant."""

    name: str
    shape: tuple
    dtype: str
    scales: tuple
    zero_points: tuple
    data: object

    @property
    def constant(self):
        return self.data is not None


class Operator(typing.NamedTuple):
    """One node; `options` is the schema's table (or None), inputs may hold -1 for an absent one."""

    name: str
    inputs: tuple
    outputs: tuple
    options: object


@dataclasses.dataclass(frozen=True)
class FlatGraph:
    """The first subgraph of a model."""

    tensors: tuple
    operators: tuple
    inputs: tuple
    outputs: tuple

    def histogram(self):
        """Operator name -> count, most frequent first."""
        return dict(collections.Counter(operator.name for operator in self.operators).most_common())

    def producer(self, tensor):
        return next((operator for operator in self.operators if tensor in operator.outputs), None)

    def unpacks_constant(self, tensor):
        """Whether a tensor is a constant that a DEQUANTIZE unpacks, as float16 weights are."""
        source = self.producer(tensor)
        return source is not None and source.name == "DEQUANTIZE" and self.tensors[source.inputs[0]].constant

    def consumers(self, tensor):
        return [operator for operator in self.operators if tensor in operator.inputs]

    def parameters(self):
        """Number of weights: elements of the constants that convolutions read, biases included."""
        read = {index for operator in self._weighted() for index in operator.inputs if index >= 0}
        return sum(int(np.prod(self.tensors[index].shape)) for index in read if self._is_weight(index))

    def multiply_adds(self):
        """Multiply-accumulates of one run, in convolutions and fully connected layers."""
        total = 0
        for operator in self._weighted():
            scanned = operator.inputs[2] if operator.name == "TRANSPOSE_CONV" else operator.outputs[0]
            kernel = self.tensors[operator.inputs[1]].shape
            total += int(np.prod(self.tensors[scanned].shape[:-1])) * int(np.prod(kernel))
        return total

    def float_tensors(self):
        """Names of float32 activations between the graph's input and output, conversions there left out."""
        ends = {*self.inputs, *self.outputs}
        inner = [operator for operator in self.operators if not self._converts_an_end(operator)]
        written = [index for operator in inner for index in operator.outputs if index not in ends]
        return [self.tensors[index].name for index in written if self.tensors[index].dtype == "float32"]

    def stray_quantizes(self):
        """Names of activations that a QUANTIZE or DEQUANTIZE writes, but for the graph's ends and weights."""
        return [
            self.tensors[operator.outputs[0]].name
            for operator in self.operators
            if operator.name in ("QUANTIZE", "DEQUANTIZE")
            and not self.tensors[operator.inputs[0]].constant
            and not self._converts_an_end(operator)
        ]

    def _converts_an_end(self, operator):
        # One or two in a row.
        if operator.name not in ("QUANTIZE", "DEQUANTIZE"):
            return False
        if operator.inputs[0] in self.inputs or operator.outputs[0] in self.outputs:
            return True
        source, readers = self.producer(operator.inputs[0]), self.consumers(operator.outputs[0])
        if source is not None and source.name == "DEQUANTIZE" and source.inputs[0] in self.inputs:
            return True
        return all(reader.name == "QUANTIZE" and reader.outputs[0] in self.outputs for reader in readers)

    def _weighted(self):
        return [operator for operator in self.operators if operator.name in _WEIGHTED]

    def _is_weight(self, index):
        tensor = self.tensors[index]
        if tensor.constant:
            return tensor.dtype != "int32" or len(tensor.scales) > 0
        return self.unpacks_constant(index)


def read_graph(model):
    """The `FlatGraph` of the first subgraph of a .tflite file's content (bytes), else a MetadataError."""
    tree = unpack_model(model)
    graph = tree.subgraphs[0]
    tensors = tuple(_tensor(tensor, tree.buffers) for tensor in graph.tensors)
    operators = tuple(_operator(operator, tree.operatorCodes) for operator in graph.operators)
    return FlatGraph(tensors, operators, _numbers(graph.inputs), _numbers(graph.outputs))


def _tensor(tensor, buffers):
    dtype = _TYPE_NAMES[tensor.type]
    scales = _numbers(getattr(tensor.quantization, "scale", None), float)
    zeros = _numbers(getattr(tensor.quantization, "zeroPoint", None))
    data = buffers[tensor.buffer].data if tensor.buffer else None
    if data is not None:
        data = np.asarray(data, np.uint8)
        if dtype in ("int32", "float32", "int64", "int8", "uint8", "float16"):
            data = np.frombuffer(data.tobytes(), dtype)
    name = tensor.name.decode("utf-8", "replace") if tensor.name is not None else ""
    return Tensor(name, _numbers(tensor.shape), dtype, scales, zeros, data)


def _numbers(values, kind=int):
    return () if values is None else tuple(map(kind, values))


def _operator(operator, codes):
    code = codes[operator.opcodeIndex]
    # Old files know only the deprecated field, which cannot hold codes above 127.
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    name = _OP_NAMES.get(number, f"UNKNOWN_{number}")
    if name == "CUSTOM":
        name = f"CUSTOM:{code.customCode.decode('utf-8', 'replace')}"
    return Operator(name, _numbers(operator.inputs), _numbers(operator.outputs), operator.builtinOptions)
