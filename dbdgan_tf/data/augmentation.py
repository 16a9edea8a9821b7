"""Random changes of whole batches that leave open how blurred each pixel is."""

import dataclasses
import math

import keras
from keras import ops

from dbdgan_tf.data.pixel_operations import pixel_operations

_MAPS = ("segmentation_masks", "counted", "teacher_maps")
_DRAWS = 16


@dataclasses.dataclass(frozen=True)
class AugmentationConfig:
    """Strength of each change: `flip`, `affine`, `colour`, `grey` are probabilities, the rest largest values.

    `affine` turns by `rotation` degrees either way, zooms by `zoom` or 1 / zoom (near 1, because enlarging a
    photo makes it look more blurred) and shifts by `shift` of the side; the rest keeps its exact pixels.
    `colour` changes brightness by a fraction of the full range, contrast and saturation by one of their own,
    hue by one of the colour circle, takes the power `gamma` or 1 / gamma, and adds noise whose standard
    deviation is a fraction of the full range, the same for sharp and blurred.
    """

    flip: float = 0.5
    affine: float = 0.7
    rotation: float = 10.0
    zoom: float = 1.25
    shift: float = 0.08
    colour: float = 0.8
    brightness: float = 0.12
    contrast: float = 0.25
    gamma: float = 1.3
    saturation: float = 0.4
    hue: float = 0.03
    grey: float = 0.05
    noise: float = 0.015


@keras.saving.register_keras_serializable("dbdgan_tf")
class BatchAugmentation(keras.layers.Layer):
    """Moves photo, mask and teacher map together, then changes the photo's colours pixel by pixel.

    There is no blurring, sharpening or strong compression. Turning, zooming and shifting are one resampling,
    since the libraries' three layers would resample, and so soften, three times. All randomness comes from
    one SeedGenerator, whose state is a variable of this layer: saved, restored and threaded through
    `stateless_call` like any other. `image_size` is that of the batches, (height, width) in px; `config` an
    AugmentationConfig, its dict, or None for the default strengths.
    """

    def __init__(self, image_size=(320, 320), seed=0, config=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.image_size = tuple(image_size)
        self.seed = seed
        self.config = config if isinstance(config, AugmentationConfig) else AugmentationConfig(**config or {})
        self.generator = keras.random.SeedGenerator(seed)
        self.pixels = pixel_operations()
        # TensorFlow's projective transform has no XLA kernel.
        self.supports_jit = keras.backend.backend() != "tensorflow"
        self.built = True

    def call(self, batch, training=True):
        """Changes a batch: images become float32 0..255; keys it does not know pass through."""
        batch = {**batch, "images": ops.cast(batch["images"], "float32")}
        if not training:
            return batch
        batch = self._move(batch)
        return {**batch, "images": self._recolour(batch["images"])}

    def _move(self, batch):
        keys = [key for key in ("images", *_MAPS) if key in batch]
        draws = self._draw(batch["images"])
        stacked = ops.concatenate([ops.cast(batch[key], "float32") for key in keys], axis=-1)
        mirrored = ops.reshape(draws[0] < self.config.flip, (-1, 1, 1, 1))
        stacked = ops.where(mirrored, ops.flip(stacked, axis=2), stacked)
        stacked = affine_transform(stacked, self._matrices(draws))
        moved = {"images": stacked[..., :3]}
        moved.update({key: stacked[..., 3 + place : 4 + place] for place, key in enumerate(keys[1:])})
        if "counted" in moved:
            # A pixel that was mixed with an ignored one does not count either.
            moved["counted"] = ops.cast(moved["counted"] > 0.999, "float32")
        return {**batch, **moved}

    def _matrices(self, draws):
        """Output to input coordinates, (B, 8), turning about the centre."""
        height, width = self.image_size
        config, chosen = self.config, _chosen(draws[1], self.config.affine)
        angle = chosen * _spread(draws[2], math.radians(config.rotation))
        scale = ops.exp(chosen * _spread(draws[3], math.log(config.zoom)))
        across = ops.cos(angle) / scale
        aslant = ops.sin(angle) / scale
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        shift_x = chosen * _spread(draws[4], config.shift * width)
        shift_y = chosen * _spread(draws[5], config.shift * height)
        offset_x = centre_x + shift_x - across * centre_x + aslant * centre_y
        offset_y = centre_y + shift_y - aslant * centre_x - across * centre_y
        zero = ops.zeros_like(angle)
        return ops.stack([across, -aslant, offset_x, aslant, across, offset_y, zero, zero], axis=-1)

    def _recolour(self, images):
        config, draws = self.config, self._draw(images)
        chosen = _chosen(draws[0], config.colour)
        images = self.pixels.brightness(images, chosen * _spread(draws[1], 255 * config.brightness))
        images = self.pixels.contrast(images, 1 + chosen * _spread(draws[2], config.contrast))
        images = _gamma(images, ops.exp(chosen * _spread(draws[3], math.log(config.gamma))))
        images = self.pixels.saturation(images, 1 + chosen * _spread(draws[4], config.saturation))
        images = self.pixels.hue(images, chosen * _spread(draws[5], config.hue))
        images = self.pixels.grey(images, _chosen(draws[6], config.grey))
        deviation = chosen * draws[7] * 255 * config.noise
        # Uniform, which costs half of what normal noise does; sqrt(3) makes the standard deviation 1.
        noise = keras.random.uniform(ops.shape(images), -math.sqrt(3), math.sqrt(3), seed=self.generator)
        return ops.clip(images + noise * ops.reshape(deviation, (-1, 1, 1, 1)), 0.0, 255.0)

    def _draw(self, images):
        return keras.random.uniform((_DRAWS, ops.shape(images)[0]), seed=self.generator)

    def get_config(self):
        own = {"image_size": self.image_size, "seed": self.seed, "config": dataclasses.asdict(self.config)}
        return {**super().get_config(), **own}


def _chosen(draws, probability):
    return ops.cast(draws < probability, "float32")


def _spread(draws, largest):
    return (2.0 * draws - 1.0) * largest


def _gamma(images, exponent):
    # exp and log cost a quarter of pow; the floor keeps log finite and is below one grey level.
    return 255.0 * ops.exp(ops.reshape(exponent, (-1, 1, 1, 1)) * ops.log(ops.maximum(images / 255.0, 1e-4)))


def affine_transform(images, matrices):
    """Resamples images bilinearly: the output pixel (x, y) shows (a0 x + a1 y + a2, b0 x + b1 y + b2).

    `matrices` float32 (B, 8) have rows a0 a1 a2 b0 b1 b2 0 0. Beyond the borders (d c b a | a b c d | d c b
    a) images mirror.
    """
    if keras.backend.backend() == "tensorflow":
        # TensorFlow has a kernel for this, which without XLA is twice as fast as gathering.
        how = {"fill_mode": "reflect", "data_format": "channels_last"}
        return ops.image.affine_transform(images, matrices, **how)
    return affine_gather(images, matrices)


def affine_gather(images, matrices):
    """The same by gathering four neighbours: on JAX 14 times as fast as ops.image.affine_transform (CPU)."""
    _, height, width, channels = images.shape
    ranges = (ops.arange(side, dtype="float32") for side in (height, width))
    rows, columns = ops.meshgrid(*ranges, indexing="ij")
    matrices = ops.reshape(matrices, (-1, 8, 1, 1))
    x = matrices[:, 0] * columns + matrices[:, 1] * rows + matrices[:, 2]
    y = matrices[:, 3] * columns + matrices[:, 4] * rows + matrices[:, 5]
    left, right, share_x = _neighbours(x, width)
    upper, lower, share_y = _neighbours(y, height)
    pixels = ops.reshape(images, (-1, height * width, channels))

    def at(index):
        # Image by image, so that each device of several gathers from its own.
        index = ops.reshape(index, (-1, height * width, 1))
        return ops.reshape(ops.take_along_axis(pixels, index, axis=1), (-1, height, width, channels))

    def row(index):
        start = index * width
        return at(start + left) * (1 - share_x) + at(start + right) * share_x

    return row(upper) * (1 - share_y) + row(lower) * share_y


def _neighbours(positions, size):
    """Indices below and above a position, mirrored into the picture, and the share of the second."""
    below = ops.floor(positions)
    share = ops.expand_dims(positions - below, -1)
    below = ops.cast(below, "int32")
    return _mirror(below, size), _mirror(below + 1, size), share


def _mirror(index, size):
    index = ops.mod(index, 2 * size)
    return ops.where(index < size, index, 2 * size - 1 - index)
