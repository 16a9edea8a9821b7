"""From a trained student to .tflite files. Importing this package loads neither TensorFlow nor Keras."""

import importlib

_EXPORTS = {
    "ConversionConfig": "dbdgan_tf.conversion.converter",
    "ConversionResult": "dbdgan_tf.conversion.converter",
    "convert": "dbdgan_tf.conversion.converter",
    "check_gpu_rules": "dbdgan_tf.conversion.gpu_rules",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    allowed = ", ".join(__all__)
    raise AttributeError(f"module 'dbdgan_tf.conversion' has no attribute {name!r}. Allowed: {allowed}.")


def __dir__():
    return __all__
