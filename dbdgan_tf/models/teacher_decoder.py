"""Context and decoding stages of the teacher."""

from dataclasses import dataclass

import keras

from dbdgan_tf.models.layers import DenseASPP, NonLocalBlock


@dataclass(frozen=True)
class ConvStyle:
    """Momentum and epsilon of the batch normalisations of every conv-BN-ReLU of a network."""

    momentum: float = 0.9
    epsilon: float = 1e-5


def conv_norm_relu(x, filters, name, style, kernel_size=3):
    """Convolution, batch normalisation and ReLU; layers are `{name}_conv`, `{name}_bn` and `{name}`."""
    x = keras.layers.Conv2D(filters, kernel_size, padding="same", name=f"{name}_conv")(x)
    x = keras.layers.BatchNormalization(momentum=style.momentum, epsilon=style.epsilon, name=f"{name}_bn")(x)
    return keras.layers.ReLU(name=name)(x)


def context_stage(x, config, style):
    """Puts a non-local block beside a DenseASPP and concatenates them, non-local first, in "bottleneck"."""
    if config.context_channels:
        x = conv_norm_relu(x, config.context_channels, "context_reduce", style, kernel_size=1)
    attended = NonLocalBlock(config.non_local_reduction, name="non_local")(x)
    pyramid = DenseASPP(
        config.aspp_dilations,
        config.aspp_intermediate_channels,
        config.aspp_growth_channels,
        config.aspp_dropout,
        momentum=style.momentum,
        epsilon=style.epsilon,
        name="dense_aspp",
    )(x)
    return keras.layers.Concatenate(name="bottleneck")([attended, pyramid])


def decode(x, stride, skips, channels, style):
    """Runs conv-BN-ReLU, bilinear x2 and skip concatenation from `stride` down to 2; channels deepest first.

    The layer "decoder_s8" is the activation of the stage that works at stride 8, with the skip already in it.
    The last stage is not upsampled: a 1x1 convolution and bilinear upsampling commute, so the head upsamples
    one channel instead of many.
    """
    x = conv_norm_relu(x, channels[0], f"decoder_s{stride}", style)
    for filters in channels[1:]:
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"decoder_s{stride}_up")(x)
        stride //= 2
        x = keras.layers.Concatenate(name=f"decoder_s{stride}_concat")([x, skips[f"s{stride}"]])
        x = conv_norm_relu(x, filters, f"decoder_s{stride}", style)
    return x


def head(x, dropout):
    """Turns features of stride 2 into the map (B, H, W, 1) of the whole image, layer "blur_map", 0..1."""
    x = keras.layers.SpatialDropout2D(dropout, name="head_dropout")(x)
    # Losses take the logits: they stay float32 where the rest of the network is bfloat16.
    x = keras.layers.Conv2D(1, 1, dtype="float32", name="head_conv")(x)
    x = keras.layers.UpSampling2D(2, interpolation="bilinear", dtype="float32", name="logits")(x)
    return keras.layers.Activation("sigmoid", dtype="float32", name="blur_map")(x)
