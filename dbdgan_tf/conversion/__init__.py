"""From a trained student to .tflite files, and what can be read from such a file without running it.

Importing this package loads neither TensorFlow nor Keras: the detector reads metadata through it.
"""

import importlib

_EXPORTS = {
    "ConversionConfig": "dbdgan_tf.conversion.converter",
    "ConversionResult": "dbdgan_tf.conversion.converter",
    "convert": "dbdgan_tf.conversion.converter",
    "FlatGraph": "dbdgan_tf.conversion.flat_graph",
    "read_graph": "dbdgan_tf.conversion.flat_graph",
    "check_gpu_rules": "dbdgan_tf.conversion.gpu_rules",
    "ModelMetadata": "dbdgan_tf.conversion.metadata",
    "embed_metadata": "dbdgan_tf.conversion.metadata",
    "read_metadata": "dbdgan_tf.conversion.metadata",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    allowed = ", ".join(__all__)
    raise AttributeError(f"module 'dbdgan_tf.conversion' has no attribute {name!r}. Allowed: {allowed}.")


def __dir__():
    return __all__
