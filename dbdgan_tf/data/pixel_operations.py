"""Per-image flips and colour changes from keras-cv on TensorFlow, and from keras.layers everywhere else.

The libraries' own random draws are not used: keras-cv keeps them in state that no checkpoint restores
(TensorFlow's global generator and stateful ops). Both classes take the drawn numbers instead, so that one
seed generator drives every backend and the two give the same pictures. They call the methods that each
library documents for subclasses (`augment_images`, `transform_images`).

Every method takes images float32 (B, H, W, C) in 0..255 and one number per image, (B,).
"""

import keras
from keras import ops

_RANGE = (0, 255)


def pixel_operations():
    """The operations for the backend in use: keras-cv if that is TensorFlow and keras-cv is installed."""
    if keras.backend.backend() == "tensorflow":
        try:
            return KerasCvOperations()
        except ImportError:
            pass
    return KerasOperations()


class KerasCvOperations:
    """Image operations of keras-cv; TensorFlow only."""

    def __init__(self):
        from keras_cv import layers

        self._flip = layers.RandomFlip("horizontal", dtype="float32")
        self._brightness = layers.RandomBrightness(0.0, _RANGE, dtype="float32")
        self._contrast = layers.RandomContrast(_RANGE, 0.0, dtype="float32")
        self._saturation = layers.RandomSaturation(0.5, dtype="float32")
        self._hue = layers.RandomHue(0.0, _RANGE, dtype="float32")
        self._grey = layers.Grayscale(3, dtype="float32")

    def flip(self, images, chosen):
        """Mirrors left and right where chosen (0 or 1)."""
        chosen = ops.reshape(chosen, (-1, 1))
        flips = {"flip_horizontals": chosen, "flip_verticals": ops.zeros_like(chosen)}
        return self._flip.augment_images(images, flips)

    def brightness(self, images, delta):
        """Adds delta, in the units of the image, and clips."""
        return self._brightness.augment_images(images, _per_image(delta))

    def contrast(self, images, factor):
        """Scales the distance to each channel's mean and clips."""
        return self._contrast.augment_images(images, _per_image(factor))

    def saturation(self, images, factor):
        """Multiplies the saturation of HSV."""
        # keras-cv maps x to x / (1 - x) before it multiplies; this is the inverse.
        return self._saturation.augment_images(images, factor / (1 + factor))

    def hue(self, images, turn):
        """Turns the hue by a fraction of the colour circle."""
        return self._hue.augment_images(images, turn)

    def grey(self, images, chosen):
        """Removes the colour where chosen (0 or 1)."""
        return ops.where(_per_image(chosen) > 0.5, self._grey.augment_images(images), images)


class KerasOperations:
    """The same operations from keras.layers; any backend."""

    def __init__(self):
        layers = keras.layers
        self._flip = layers.RandomFlip("horizontal", dtype="float32")
        self._brightness = layers.RandomBrightness(0.0, _RANGE, dtype="float32")
        self._contrast = layers.RandomContrast(0.0, _RANGE, dtype="float32")
        self._saturation = layers.RandomSaturation(0.5, value_range=(0, 1), dtype="float32")
        self._hue = layers.RandomHue(0.0, _RANGE, dtype="float32")
        self._grey = layers.RandomGrayscale(1.0, dtype="float32")

    def flip(self, images, chosen):
        flips = {"flips": _per_image(chosen) > 0.5, "input_shape": ops.shape(images)}
        return self._flip.transform_images(images, flips)

    def brightness(self, images, delta):
        return self._brightness.transform_images(images, {"rgb_delta": _per_image(delta)})

    def contrast(self, images, factor):
        return self._contrast.transform_images(images, {"contrast_factor": _per_image(factor)})

    def saturation(self, images, factor):
        return self._saturation.transform_images(images / 255.0, {"factor": factor}) * 255.0

    def hue(self, images, turn):
        return self._hue.transform_images(images, {"factor": turn})

    def grey(self, images, chosen):
        return self._grey.transform_images(images, _per_image(chosen) > 0.5)


def _per_image(values):
    return ops.reshape(values, (-1, 1, 1, 1))
