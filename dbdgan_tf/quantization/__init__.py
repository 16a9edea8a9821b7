"""Quantization-aware fine-tuning of a trained student.

TensorFlow Model Optimization works on tf_keras alone, so this is the one package that imports either; use
it in a process of its own. Importing the package itself loads nothing.
"""

import importlib

_EXPORTS = {
    "QatNetwork": "dbdgan_tf.quantization.saving",
    "QatRun": "dbdgan_tf.quantization.options",
    "build_qat_student": "dbdgan_tf.quantization.qat_student",
    "load_network_for_conversion": "dbdgan_tf.quantization.saving",
    "load_qat_student": "dbdgan_tf.quantization.saving",
    "run_qat": "dbdgan_tf.quantization.runner",
    "save_qat_student": "dbdgan_tf.quantization.saving",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    allowed = ", ".join(__all__)
    raise AttributeError(f"module 'dbdgan_tf.quantization' has no attribute {name!r}. Allowed: {allowed}.")


def __dir__():
    return __all__
