"""Spectrally normalised discriminators D1, D2 and D3, conditional on the image."""

import dataclasses

import keras
from keras import layers


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """What a discriminator is made of.

    Attributes:
        kind: "unet" judges every pixel and the whole map (Schonfeld et al., CVPR 2020); "patch" judges
            patches and the whole map, and is cheaper.
        base_channels: Channels of the first convolution; each halving of the size doubles them, at most
            three times.
        depth: How often the size is halved.
        image_size: (height, width) in pixels, multiples of 2 to the power of depth.
    """

    kind: str = "unet"
    base_channels: int = 32
    depth: int = 4
    image_size: tuple = (320, 320)

    def __post_init__(self):
        if self.kind not in ("unet", "patch"):
            raise ValueError(f"Unknown discriminator. Received: {self.kind!r}. Allowed: unet, patch.")
        step = 2**self.depth
        if any(side % step for side in self.image_size):
            raise ValueError(
                f"A discriminator of depth {self.depth} halves its input {self.depth} times. "
                f"Received: image_size={tuple(self.image_size)}. Allowed: multiples of {step}."
            )


def build_discriminator(config=None, name="discriminator"):
    """A discriminator of blur maps, conditional on the photograph, by a `DiscriminatorConfig`.

    Returns:
        A functional model from {"images": (B, H, W, 3) in -1..1, "maps": (B, H, W, 1) in 0..1} to raw scores
        {"pixel": (B, h, w, 1), "image": (B, 1)}; h and w are the map's size for "unet".
    """
    config = config or DiscriminatorConfig()

    # === Functional Model ===
    images = keras.Input((*config.image_size, 3), name="images")
    maps = keras.Input((*config.image_size, 1), name="maps")
    x = layers.Concatenate(name="images_and_maps")([images, maps])
    taps = []
    for stage in range(config.depth):
        taps.append(x)
        x = _convolution(x, _channels(config, stage), 4, f"down{stage + 1}", strides=2)
    pooled = layers.GlobalAveragePooling2D(name="image_pool")(x)
    image_score = _score(pooled, layers.Dense(1, use_bias=False, name="image_dense"), "image")
    if config.kind == "unet":
        x = _decode(x, taps, config)
    pixel_score = _score(x, layers.Conv2D(1, 1, use_bias=False, name="pixel_conv"), "pixel")
    scores = {"pixel": pixel_score, "image": image_score}
    return keras.Model({"images": images, "maps": maps}, scores, name=name)


def spectral_layers(network):
    return [layer for layer in network.layers if isinstance(layer, layers.SpectralNormalization)]


def update_spectral_norms(network):
    """Runs one power iteration on every normalised kernel and divides the kernel by its spectral norm.

    A step does this once, before gradients are taken, and then calls the network with training=False: the
    layer's own update inside the call would be differentiated through on JAX but not on TensorFlow.
    """
    for layer in spectral_layers(network):
        vector, kernel = layer.normalized_weights()
        layer.vector_u.assign(vector)
        layer.kernel.assign(kernel)


def _channels(config, stage):
    return config.base_channels * min(2**stage, 8)


def _score(x, layer, name):
    # No bias: a relativistic loss does not depend on it, and Adam would turn rounding noise into steps.
    x = layers.SpectralNormalization(layer, name=f"{name}_sn")(x)
    return layers.Activation("linear", dtype="float32", name=name)(x)


def _convolution(x, channels, size, name, strides=1):
    layer = layers.Conv2D(channels, size, strides=strides, padding="same", name=f"{name}_conv")
    x = layers.SpectralNormalization(layer, name=f"{name}_sn")(x)
    return layers.LeakyReLU(negative_slope=0.2, name=f"{name}_act")(x)


def _decode(x, taps, config):
    for stage in reversed(range(config.depth)):
        channels = _channels(config, stage - 1) if stage else max(config.base_channels // 2, 4)
        # Channels are cut before the size grows: the convolutions at full size are what a CPU pays for.
        x = _convolution(x, channels, 1, f"up{stage + 1}_squeeze")
        x = layers.UpSampling2D(2, interpolation="bilinear", name=f"up{stage + 1}")(x)
        x = layers.Concatenate(name=f"up{stage + 1}_skip")([x, taps[stage]])
        x = _convolution(x, channels, 3, f"up{stage + 1}_merge")
    return x
