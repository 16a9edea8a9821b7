"""Defocus blur detection for phones: train, distil, quantize and run.

Importing the package is cheap: neither TensorFlow nor Keras is loaded until a name that needs it is used.
"""

import importlib

__version__ = "0.1.0"

# Public name -> the module that defines it.
_EXPORTS = {
    "BlurDetector": "dbdgan_tf.inference",
    "BlurResult": "dbdgan_tf.inference",
    "StudentConfig": "dbdgan_tf.models.student",
    "TeacherConfig": "dbdgan_tf.models.teacher",
    "DiscriminatorConfig": "dbdgan_tf.models.discriminator",
    "build_student": "dbdgan_tf.models.student",
    "build_teacher": "dbdgan_tf.models.teacher",
    "build_discriminator": "dbdgan_tf.models.discriminator",
    "load_network": "dbdgan_tf.models.serialization",
    "save_network": "dbdgan_tf.models.serialization",
    "DistillationGAN": "dbdgan_tf.training",
    "find_samples": "dbdgan_tf.data.layouts",
    "BlurDataset": "dbdgan_tf.data.dataset",
    "evaluate": "dbdgan_tf.evaluation",
}
_SUBPACKAGES = (
    "conversion",
    "data",
    "evaluation",
    "inference",
    "losses",
    "models",
    "official",
    "quantization",
    "training",
)

__all__ = ["__version__", *sorted(_EXPORTS), *_SUBPACKAGES]


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    if name in _SUBPACKAGES:
        return importlib.import_module(f"dbdgan_tf.{name}")
    raise AttributeError(f"module 'dbdgan_tf' has no attribute {name!r}. Allowed: {', '.join(__all__)}.")


def __dir__():
    return sorted(__all__)
