"""Networks: the student, the teacher, the discriminators, their encoders and layers.

Names are imported when first used, so that one network's needs are not everybody's.
"""

import importlib

# Public name -> the module that defines it.
_EXPORTS = {
    "DiscriminatorConfig": "dbdgan_tf.models.discriminator",
    "ENCODERS": "dbdgan_tf.models.encoders",
    "InputScaling": "dbdgan_tf.models.scaling",
    "STUDENT_TAPS": "dbdgan_tf.models.student",
    "StudentConfig": "dbdgan_tf.models.student",
    "TeacherConfig": "dbdgan_tf.models.teacher",
    "build_discriminator": "dbdgan_tf.models.discriminator",
    "build_encoder": "dbdgan_tf.models.encoders",
    "build_student": "dbdgan_tf.models.student",
    "build_teacher": "dbdgan_tf.models.teacher",
    "copy_weights": "dbdgan_tf.models.weights.by_name",
    "load_network": "dbdgan_tf.models.serialization",
    "read_torch_file": "dbdgan_tf.models.weights.torch_file",
    "save_network": "dbdgan_tf.models.serialization",
    "scaling_for": "dbdgan_tf.models.scaling",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'dbdgan_tf.models' has no attribute {name!r}. Allowed: {__all__}.")


def __dir__():
    return __all__
