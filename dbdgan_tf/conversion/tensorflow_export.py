"""A Keras network through TensorFlow's converter and litert-quantizer: no other module runs them."""

import contextlib
import io
import warnings

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from dbdgan_tf.conversion import ConversionError
from dbdgan_tf.model_file.metadata import pack_model, unpack_model

_FLOAT32 = schema.TensorType.FLOAT32


def export(model, image_size, variant, io_type="float32", feeds=None, lead=None):
    """A Keras 3 or tf_keras model (1, H, W, 3) -> (1, H, W, 1) as the bytes of a .tflite file.

    Static batch of 1, built-in ops only, signature "serving_default" from "image" to "blur_map". `feeds` is
    a generator function of photographs, for "int8"; with `lead`, (factor, offset) of three numbers each, the
    graph begins with x * factor + offset.
    """
    with _quiet():
        graph = _freeze(model, image_size, variant, lead)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([graph])
        _configure(converter, variant, io_type, feeds)
        try:
            content = converter.convert()
        except Exception as error:
            raise ConversionError(f"TensorFlow's converter refused the network: {error}") from error
    return _name_signature(content)


def quantize_dynamic(model):
    """Stores a .tflite's convolution weights in 8 bits, per channel; activations are quantized on the fly.

    TensorFlow's own dynamic-range mode also quantizes depthwise convolutions, for which XNNPACK has no such
    kernel: an EfficientNet-Lite2 student falls into 22 partitions and takes 33.7 ms, not 12.6 (two threads).
    litert-quantizer leaves those weights in float for 0.6 MB more. For full int8 TensorFlow's is as accurate
    and fast, gives the inputs of a concatenation one scale without QUANTIZE, and can take and give uint8.
    """
    from litert_quantizer import quantizer

    engine = quantizer.Quantizer(bytearray(model))
    for operation in ("CONV_2D", "FULLY_CONNECTED", "CONV_2D_TRANSPOSE"):
        engine.add_dynamic_config(".*", operation, num_bits=8)
    try:
        # It prints progress bars and a summary.
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return bytes(engine.quantize().quantized_model)
    except Exception as error:
        raise ConversionError(f"litert-quantizer refused the model: {error}") from error


def _freeze(model, image_size, variant, lead):
    """The network as a graph whose weights are constants.

    Three times as fast as a SavedModel on disk; the signature is lost, `_name_signature` brings it back.
    """
    signature = [tf.TensorSpec([1, *image_size, 3], tf.float32, name="image")]

    @tf.function(input_signature=signature, autograph=False)
    def serve(image):
        if lead is not None:
            if variant == "qat_int8":
                # There are no representative photos: this says that a raw byte is its own quantized value.
                image = tf.quantization.fake_quant_with_min_max_args(image, 0.0, 255.0)
            image = _lead_layer(image, *lead)
        return model(image, training=False)

    return convert_variables_to_constants_v2(serve.get_concrete_function())


def _name_signature(content):
    tree = unpack_model(content)
    graph = tree.subgraphs[0]
    entry = schema.SignatureDefT()
    entry.signatureKey, entry.subgraphIndex = "serving_default", 0
    entry.inputs = [_named(graph, "image", graph.inputs[0])]
    entry.outputs = [_named(graph, "blur_map", graph.outputs[0])]
    tree.signatureDefs = [entry]
    return pack_model(tree)


def _named(graph, name, index):
    link = schema.TensorMapT()
    link.name, link.tensorIndex = name, int(index)
    graph.tensors[index].name = name
    return link


def _lead_layer(image, factor, offset):
    """Computes x * factor + offset per channel as one depthwise 1x1 convolution.

    It cannot be folded into the network's first convolution: that pads with the zero of *scaled* pixels,
    which is another value in each channel of raw ones, so the border would differ. Weights are per channel,
    so int8 holds them exactly.
    """
    kernel = tf.constant(np.reshape(factor, (1, 1, 3, 1)), tf.float32)
    scaled = tf.nn.depthwise_conv2d(image, kernel, [1, 1, 1, 1], "VALID")
    return tf.nn.bias_add(scaled, tf.constant(offset, tf.float32))


def _configure(converter, variant, io_type, feeds):
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if variant != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if variant == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if variant == "int8":
        converter.representative_dataset = feeds
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if variant in ("int8", "qat_int8"):
        converter.inference_input_type = converter.inference_output_type = tf.as_dtype(io_type)


@contextlib.contextmanager
def _quiet():
    level = tf.get_logger().level
    tf.get_logger().setLevel("ERROR")
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        tf.get_logger().setLevel(level)


def split_byte_conversions(model):
    """Writes each QUANTIZE at the ends of a .tflite's graph as DEQUANTIZE and QUANTIZE, for the same bytes.

    For uint8 -> int8 in one QUANTIZE XNNPACK has no kernel: two operators of an otherwise whole graph run
    outside of it on one thread (0.30 of 16.7 ms in an EfficientNet-Lite2 student). It takes DEQUANTIZE and
    QUANTIZE and fuses them (0.08 ms).
    """
    tree = unpack_model(model)
    graph = tree.subgraphs[0]
    ends = {*map(int, graph.inputs), *map(int, graph.outputs)}
    operators = []
    for operator in graph.operators:
        source, target = int(operator.inputs[0]), int(operator.outputs[0])
        quantizes = _codes(tree)[operator.opcodeIndex] == schema.BuiltinOperator.QUANTIZE
        if quantizes and ends & {source, target} and graph.tensors[source].type != _FLOAT32:
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
