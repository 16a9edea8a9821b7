"""Keeps freed memory in the process: glibc would hand every large tensor back to the kernel after each op."""

import ctypes
import platform

# Parameters of mallopt(3).
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


def keep_freed_memory():
    """Halves a training step on a CPU, called before the first large tensor; whether there is a glibc."""
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    settings = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 2**28))
    return all([mallopt(name, value) == 1 for name, value in settings])
