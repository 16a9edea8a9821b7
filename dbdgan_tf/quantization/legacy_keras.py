"""The two Keras implementations side by side; every module of this package takes them from here.

tfmot sets TF_USE_LEGACY_KERAS while it is imported: tf.keras would become tf_keras, for KerasCV as well, had
it not been resolved to Keras 3 before. Child processes would follow, so the variable is taken back.
"""

import os

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "Quantization-aware training runs on TensorFlow. "
        f"Received: KERAS_BACKEND={keras.backend.backend()}. Allowed: KERAS_BACKEND=tensorflow."
    )

os.environ.pop("TF_USE_LEGACY_KERAS", None)

import tensorflow as tf  # noqa: E402

if not tf.keras.version().startswith("3."):
    raise ImportError(
        f"tf.keras is already tf_keras in this process. Received: version {tf.keras.version()}. "
        "Allowed: a process that imports dbdgan_tf.quantization before any use of tf.keras, and without "
        "TF_USE_LEGACY_KERAS."
    )

import tensorflow_model_optimization as tfmot  # noqa: E402
import tf_keras  # noqa: E402

os.environ.pop("TF_USE_LEGACY_KERAS", None)

__all__ = ["keras", "tf_keras", "tfmot"]
