"""The LiteRT interpreter, boxed: no other module of the library calls ai_edge_litert's interpreter."""

import dataclasses
import numbers
import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

_ALLOWED_TYPES = (np.float32, np.uint8, np.int8)


class ModelFileError(ValueError):
    """A file that should hold a blur model cannot be used as one."""


def cannot_load(label, said):
    """The error of a model that LiteRT cannot load or run; `said` is what it said of it."""
    return ModelFileError(
        f"LiteRT cannot load the model. Received: {label}. "
        f"Allowed: a .tflite file of built-in ops. LiteRT says: {said}"
    )


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """A model's input or output and its quantization: real = (stored - zero_point) * scale."""

    index: int
    name: str
    shape: tuple
    dtype: np.dtype
    scale: float
    zero_point: int

    @property
    def quantized(self):
        return self.dtype != np.float32

    def quantize(self, real):
        """Rounds real values to the stored type, saturating; float32 passes."""
        if not self.quantized:
            return np.asarray(real, np.float32)
        limits = np.iinfo(self.dtype)
        stored = np.rint(np.asarray(real, np.float32) / self.scale) + self.zero_point
        return np.clip(stored, limits.min, limits.max).astype(self.dtype)

    def dequantize(self, stored):
        """Real float32 values of a stored tensor."""
        if not self.quantized:
            return stored
        return (stored.astype(np.float32) - np.float32(self.zero_point)) * np.float32(self.scale)


@dataclasses.dataclass(frozen=True)
class DelegationReport:
    """XNNPACK's partitions of a graph, and the names of the operators left to the built-in kernels."""

    partitions: int
    left_ops: tuple


class LiteRTModel:
    """One .tflite with one image in and one map out, ready to run; safe to call from several threads.

    Args:
        model: Path of a .tflite file, or its content (bytes).
        num_threads: Threads of the XNNPACK delegate.

    Raises:
        ModelFileError: If the model cannot be loaded, or has other inputs and outputs than
            [1, H, W, 3] -> [1, h, w, 1] of float32, uint8 or int8.
    """

    def __init__(self, model, num_threads=2):
        if isinstance(num_threads, bool) or not isinstance(num_threads, numbers.Integral) or num_threads < 1:
            raise ValueError(f"num_threads must be a positive whole number. Received: {num_threads!r}.")
        self._lock = threading.Lock()
        self._label = f"{len(model)} bytes" if isinstance(model, bytes) else str(model)
        self._interpreter = self._load(model, int(num_threads))
        self.input = self._only_tensor(self._interpreter.get_input_details(), "input", channels=3)
        self.output = self._only_tensor(self._interpreter.get_output_details(), "output", channels=1)

    @property
    def image_size(self):
        return self.input.shape[1:3]

    def run(self, tensor):
        """Real float32 values (h, w) of the output for stored values (H, W, 3) of the input's type."""
        tensor = np.ascontiguousarray(tensor).reshape(self.input.shape)
        with self._lock:
            self._interpreter.set_tensor(self.input.index, tensor)
            try:
                self._interpreter.invoke()
            except RuntimeError as error:
                raise cannot_load(self._label, error) from error
            stored = self._interpreter.get_tensor(self.output.index)
        return self.output.dequantize(stored)[0, :, :, 0]

    def invoke(self):
        """Runs the graph on whatever the input holds; for timing."""
        with self._lock:
            self._interpreter.invoke()

    def delegation(self):
        """How the graph is split, a `DelegationReport`, by the interpreter's own list of nodes.

        A partition is a DELEGATE node behind the original ones; it replaces every node on the paths from its
        outputs back to its inputs.
        """
        try:
            details = self._interpreter._get_ops_details()
        except UnicodeDecodeError as error:
            raise cannot_load(self._label, f"a tensor has a name that is no UTF-8 ({error})") from error
        partitions = [op for op in details if op["op_name"] == "DELEGATE"]
        left = [op for op in details if op["op_name"] != "DELEGATE"]
        for partition in partitions:
            left = _outside(partition, left)
        return DelegationReport(len(partitions), tuple(op["op_name"] for op in left))

    def _load(self, model, num_threads):
        source = {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
        if "model_path" in source and not Path(model).is_file():
            raise ModelFileError(f"There is no model file here. Received: {model}.")
        try:
            interpreter = Interpreter(num_threads=num_threads, **source)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise cannot_load(self._label, error) from error
        return interpreter

    def _only_tensor(self, details, kind, channels):
        if len(details) != 1:
            names = ", ".join(detail["name"] for detail in details)
            raise ModelFileError(
                f"A blur model has one {kind}. Received: {len(details)} ({names}) in {self._label}."
            )
        detail = details[0]
        shape, dtype = tuple(int(side) for side in detail["shape"]), np.dtype(detail["dtype"])
        fits = len(shape) == 4 and shape[0] == 1 and shape[3] == channels and min(shape) > 0
        if not fits or dtype not in _ALLOWED_TYPES:
            raise ModelFileError(
                f"The model's {kind} is not a blur model's. Received: {list(shape)} {dtype} in "
                f"{self._label}. Allowed: [1, height, width, {channels}] of float32, uint8 or int8."
            )
        scale, zero_point = detail["quantization"]
        if dtype != np.float32 and scale <= 0:
            raise ModelFileError(f"The {kind}'s {dtype} values have no quantization scale in {self._label}.")
        return TensorSpec(detail["index"], detail["name"], shape, dtype, float(scale), int(zero_point))


def _outside(partition, nodes):
    """The nodes, in the order in which they run, that one DELEGATE node does not stand for."""
    wanted, outside = set(partition["outputs"]), []
    for node in reversed(nodes):
        if wanted.isdisjoint(node["outputs"]):
            outside.insert(0, node)
        else:
            wanted |= set(node["inputs"]) - set(partition["inputs"])
    return outside
