"""Time by operator, from LiteRT's own profiler.

The Python package does not wrap the profiler, but its library exports it (litert/c/litert_profiler.h). A
mismatch with another version could end the process, so `profile` works in one of its own.
"""

import ctypes
import json
import sys
from pathlib import Path
from typing import NamedTuple

import ai_edge_litert
import numpy as np

from dbdgan_tf.command.child import run_module
from dbdgan_tf.inference.interpreter import LiteRTModel

_CPU = 1
# LiteRtProfilerEventType: an operator inside a delegate (two flavours), an operator of the interpreter.
_DELEGATE_EVENTS, _OPERATOR_EVENT = (4, 8), 2
_ELEMENT_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 3, np.dtype(np.int8): 9}
_NO_DESTRUCTOR = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _: None)
# LiteRT holds on to the option texts as long as it likes; so does this list.
_KEPT = []


class _TensorType(ctypes.Structure):
    _fields_ = [
        ("element_type", ctypes.c_int32), ("rank", ctypes.c_uint32),
        ("dimensions", ctypes.c_int32 * 8), ("strides", ctypes.c_uint32 * 8),
    ]  # fmt: skip


class _Event(ctypes.Structure):
    _fields_ = [
        ("tag", ctypes.c_char_p), ("event_type", ctypes.c_int32), ("start_us", ctypes.c_uint64),
        ("elapsed_us", ctypes.c_uint64), ("memory", ctypes.c_size_t * 6), ("metadata1", ctypes.c_uint64),
        ("metadata2", ctypes.c_uint64), ("source", ctypes.c_int32),
    ]  # fmt: skip


class OpTime(NamedTuple):
    """The median time of one step; its name is XNNPACK's or, if not delegated, a built-in kernel's."""

    name: str
    milliseconds: float
    delegated: bool


class _Library:
    """libLiteRt.so with every status checked."""

    def __init__(self):
        self._library = ctypes.CDLL(str(Path(ai_edge_litert.__file__).with_name("libLiteRt.so")))

    def call(self, name, *arguments):
        status = getattr(self._library, name)(*arguments)
        if status:
            raise RuntimeError(f"{name} failed with status {status}.")

    def create(self, name, *arguments):
        handle = ctypes.c_void_p()
        self.call(name, *arguments, ctypes.byref(handle))
        return handle


def profile(path, num_threads=2, runs=30):
    """`OpTime`s of a model in the order of execution; a RuntimeError if LiteRT has no such profiler."""
    try:
        line = run_module("dbdgan_tf.verification.profiling", path, num_threads, runs)
    except RuntimeError as error:
        raise RuntimeError(f"LiteRT's profiler is not available here: {error}") from error
    return [OpTime(*step) for step in json.loads(line)]


def _profile_here(path, num_threads, runs, warmup=5):
    library = _Library()
    specs = LiteRTModel(path, num_threads)
    compiled = _compile(library, path, num_threads)
    buffers = [_buffer(library, spec) for spec in (specs.input, specs.output)]
    profiler = library.create("LiteRtCompiledModelGetProfiler", compiled)
    handles = [ctypes.byref(handle) for handle, _ in buffers]

    def run():
        one = ctypes.c_size_t(1)
        library.call("LiteRtRunCompiledModel", compiled, ctypes.c_size_t(0), one, handles[0], one, handles[1])

    for _ in range(warmup):
        run()
    return _median_by_step([_one_profile(library, profiler, run) for _ in range(runs)])


def _compile(library, path, num_threads):
    environment = library.create("LiteRtCreateEnvironment", 0, None)
    model = library.create("LiteRtCreateModelFromFile", environment, str(path).encode())
    options = library.create("LiteRtCreateOptions")
    library.call("LiteRtSetOptionsHardwareAccelerators", options, _CPU)
    payloads = {b"runtime_options_string": b"enable_profiling = true\n"}
    payloads[b"xnnpack"] = b"num_threads = %d\n" % num_threads
    for identifier, text in payloads.items():
        payload = ctypes.create_string_buffer(text)
        _KEPT.append((identifier, payload))
        destructor = ctypes.cast(_NO_DESTRUCTOR, ctypes.c_void_p)
        opaque = library.create("LiteRtCreateOpaqueOptions", identifier, payload, destructor)
        library.call("LiteRtAddOpaqueOptions", options, opaque)
    return library.create("LiteRtCreateCompiledModel", environment, model, options)


def _buffer(library, spec):
    """A tensor buffer over zeroed memory that begins at a multiple of 64, and the array that owns it."""
    size = int(np.prod(spec.shape)) * spec.dtype.itemsize
    memory = np.zeros(size + 128, np.uint8)
    aligned = (memory.ctypes.data + 63) // 64 * 64
    tensor_type = _TensorType(_ELEMENT_TYPES[spec.dtype], len(spec.shape))
    tensor_type.dimensions[: len(spec.shape)] = list(spec.shape)
    handle = library.create(
        "LiteRtCreateTensorBufferFromHostMemory", ctypes.byref(tensor_type), ctypes.c_void_p(aligned),
        ctypes.c_size_t(size), None,
    )  # fmt: skip
    return handle, memory


def _one_profile(library, profiler, run):
    library.call("LiteRtResetProfiler", profiler)
    library.call("LiteRtStartProfiler", profiler)
    run()
    library.call("LiteRtStopProfiler", profiler)
    count = ctypes.c_int()
    library.call("LiteRtGetNumProfilerEvents", profiler, ctypes.byref(count))
    events = (_Event * count.value)()
    library.call("LiteRtGetProfilerEvents", profiler, count, events)
    return [(event.tag.decode(), event.event_type, event.elapsed_us) for event in events]


def _median_by_step(runs):
    """Groups the events of equal runs by their position."""
    kinds = (*_DELEGATE_EVENTS, _OPERATOR_EVENT)
    steps = [[event for event in run if event[1] in kinds] for run in runs]
    times = np.median([[event[2] for event in run] for run in steps], axis=0)
    return [
        OpTime(name, float(time) / 1000, kind in _DELEGATE_EVENTS)
        for (name, kind, _), time in zip(steps[0], times, strict=True)
    ]


if __name__ == "__main__":
    print(json.dumps(_profile_here(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
