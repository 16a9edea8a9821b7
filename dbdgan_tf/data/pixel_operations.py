"""Per-image colour changes from keras-cv on TensorFlow, and from keras.layers everywhere else.

The libraries' own random draws are not used: keras-cv keeps them in state that no checkpoint restores. The
operations take the drawn numbers instead, by the methods that each library documents for subclasses, so that
one seed generator drives every backend and both give the same pictures. Each takes images float32 (B, H, W,
3) in 0..255 and one number per image, (B,): `brightness` adds it and clips, `contrast` scales the distance to
each channel's mean by it and clips, `saturation` multiplies that of HSV, `hue` turns by a fraction of the
colour circle, `grey` removes the colour where it is 1.
"""

from types import SimpleNamespace

import keras
from keras import ops

_RANGE = (0, 255)


def pixel_operations():
    """The operations for the backend in use: keras-cv if that is TensorFlow and keras-cv is installed."""
    if keras.backend.backend() == "tensorflow":
        try:
            return keras_cv_operations()
        except ImportError:
            pass
    return keras_operations()


def keras_cv_operations():
    """Those of keras-cv; TensorFlow only."""
    from keras_cv import layers

    brightness = layers.RandomBrightness(0.0, _RANGE, dtype="float32").augment_images
    contrast = layers.RandomContrast(_RANGE, 0.0, dtype="float32").augment_images
    saturation = layers.RandomSaturation(0.5, dtype="float32").augment_images
    grey = layers.Grayscale(3, dtype="float32").augment_images
    return SimpleNamespace(
        brightness=lambda images, delta: brightness(images, _per_image(delta)),
        contrast=lambda images, factor: contrast(images, _per_image(factor)),
        # keras-cv maps x to x / (1 - x) before it multiplies; this is the inverse.
        saturation=lambda images, factor: saturation(images, factor / (1 + factor)),
        hue=layers.RandomHue(0.0, _RANGE, dtype="float32").augment_images,
        grey=lambda images, chosen: ops.where(_per_image(chosen) > 0.5, grey(images), images),
    )


def keras_operations():
    """Those of keras.layers; any backend."""
    layers = keras.layers
    brightness = layers.RandomBrightness(0.0, _RANGE, dtype="float32").transform_images
    contrast = layers.RandomContrast(0.0, _RANGE, dtype="float32").transform_images
    saturation = layers.RandomSaturation(0.5, value_range=(0, 1), dtype="float32").transform_images
    hue = layers.RandomHue(0.0, _RANGE, dtype="float32").transform_images
    grey = layers.RandomGrayscale(1.0, dtype="float32").transform_images
    return SimpleNamespace(
        brightness=lambda images, delta: brightness(images, {"rgb_delta": _per_image(delta)}),
        contrast=lambda images, factor: contrast(images, {"contrast_factor": _per_image(factor)}),
        saturation=lambda images, factor: saturation(images / 255.0, {"factor": factor}) * 255.0,
        hue=lambda images, turn: hue(images, {"factor": turn}),
        grey=lambda images, chosen: grey(images, _per_image(chosen) > 0.5),
    )


def _per_image(values):
    return ops.reshape(values, (-1, 1, 1, 1))
