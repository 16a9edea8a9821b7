"""Raw bytes at the ends of an int8 graph, converted where the delegate can do it.

TensorFlow's converter writes uint8 -> int8 as one QUANTIZE, for which XNNPACK has no kernel: two operators of
an otherwise whole graph run outside of it on one thread (0.30 of 16.7 ms in an EfficientNet-Lite2 student).
Written as DEQUANTIZE and QUANTIZE, XNNPACK takes both and fuses them (0.08 ms); the bytes are the same.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file.metadata import pack_model, unpack_model

_FLOAT32 = schema.TensorType.FLOAT32


def split_byte_conversions(model):
    """Writes each QUANTIZE at the ends of a .tflite's graph as DEQUANTIZE and QUANTIZE."""
    tree = unpack_model(model)
    graph = tree.subgraphs[0]
    ends = {*map(int, graph.inputs), *map(int, graph.outputs)}
    operators = []
    for operator in graph.operators:
        source, target = int(operator.inputs[0]), int(operator.outputs[0])
        at_end = _codes(tree)[operator.opcodeIndex] == schema.BuiltinOperator.QUANTIZE and ends & {
            source,
            target,
        }
        if at_end and graph.tensors[source].type != _FLOAT32:
            real = _float_tensor_like(graph, source)
            operators.append(_conversion(tree, "Dequantize", source, real))
            operators.append(_conversion(tree, "Quantize", real, target))
        else:
            operators.append(operator)
    graph.operators = operators
    return pack_model(tree)


def _codes(tree):
    return [max(code.builtinCode, code.deprecatedBuiltinCode) for code in tree.operatorCodes]


def _float_tensor_like(graph, index):
    tensor = schema.TensorT()
    tensor.name = f"real_{index}"
    tensor.shape, tensor.type, tensor.buffer = graph.tensors[index].shape, _FLOAT32, 0
    graph.tensors.append(tensor)
    return len(graph.tensors) - 1


def _conversion(tree, name, source, target):
    operator = schema.OperatorT()
    operator.opcodeIndex = _opcode(tree, getattr(schema.BuiltinOperator, name.upper()))
    operator.inputs, operator.outputs = np.array([source], np.int32), np.array([target], np.int32)
    operator.builtinOptions = getattr(schema, f"{name}OptionsT")()
    operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
    return operator


def _opcode(tree, code):
    if code not in _codes(tree):
        entry = schema.OperatorCodeT()
        # Version 2 of both knows int8.
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, code, 2
        tree.operatorCodes.append(entry)
    return _codes(tree).index(code)
