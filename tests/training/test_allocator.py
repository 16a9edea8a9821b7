"""Freed memory stays in the process: allocating it again costs no page faults."""

import platform

import pytest

CODE = """
import ctypes, resource
from dbdgan_tf.training.allocator import keep_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        block = libc.malloc(64 << 20)
        ctypes.memset(block, 1, 64 << 20)
        libc.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
returned = faults()
assert keep_freed_memory()
faults()
print(returned, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_memory_that_was_freed_is_used_again(run_python):
    returned, kept = map(int, run_python(CODE).split())
    assert returned > 1000 and kept < returned / 100


def test_elsewhere_nothing_happens(monkeypatch):
    from dbdgan_tf.training import allocator

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert allocator.keep_freed_memory() is False
