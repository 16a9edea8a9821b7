"""Data: reading, published layouts, checks, batches, augmentation and synthetic defocus.

Names are loaded on first use, so that reading and checking files needs neither Keras nor TensorFlow.
"""

import importlib

_EXPORTS = {
    "AugmentationConfig": "augmentation",
    "BadDataError": "checking",
    "BatchAugmentation": "augmentation",
    "BlurDataset": "dataset",
    "ImageReadError": "image_io",
    "Sample": "layouts",
    "build_augmentation": "augmentation",
    "check_samples": "checking",
    "find_samples": "layouts",
    "find_unlabelled": "layouts",
    "image_size": "checking",
    "read_image": "image_io",
    "read_mask": "image_io",
    "resize": "image_io",
    "write_map": "image_io",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name):
    if name in _EXPORTS:
        return getattr(importlib.import_module(f"dbdgan_tf.data.{_EXPORTS[name]}"), name)
    raise AttributeError(f"module 'dbdgan_tf.data' has no attribute {name!r}. Allowed: {', '.join(__all__)}.")


def __dir__():
    return sorted(__all__)
