"""Context and decoding stages of the teacher."""

from dataclasses import dataclass

import keras

from dbdgan_tf.models.layers import DenseASPP, NonLocalBlock


@dataclass(frozen=True)
class ConvStyle:
    """How every conv-BN-ReLU of a network is made.

    Attributes:
      momentum: momentum of the batch normalisations.
      epsilon: epsilon of the batch normalisations.
    """

    momentum: float = 0.9
    epsilon: float = 1e-5


def conv_norm_relu(x, filters, name, style, kernel_size=3):
    """Applies convolution, batch normalisation and ReLU; layers are `{name}_conv`, `{name}_bn` and `{name}`.

    Args:
      x: keras tensor (batch, height, width, channels).
      filters: channels of the result.
      name: prefix of the layer names.
      style: a `ConvStyle`.
      kernel_size: side of the kernel in pixels.

    Returns:
      A keras tensor (batch, height, width, filters).
    """
    x = keras.layers.Conv2D(filters, kernel_size, padding="same", name=f"{name}_conv")(x)
    x = keras.layers.BatchNormalization(momentum=style.momentum, epsilon=style.epsilon, name=f"{name}_bn")(x)
    return keras.layers.ReLU(name=name)(x)


def context_stage(x, config, style):
    """Puts a non-local block beside a DenseASPP and concatenates them, non-local first.

    Args:
      x: deepest encoder tap, a keras tensor (batch, height, width, channels).
      config: a `TeacherConfig`.
      style: a `ConvStyle`.

    Returns:
      The keras tensor of the layer "bottleneck".
    """
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
    """Runs conv-BN-ReLU, bilinear x2 and skip concatenation down to stride 2.

    The layer "decoder_s8" is the activation of the stage that works at stride 8, with the skip already in it.
    The last stage is not upsampled: a 1x1 convolution and bilinear upsampling commute, so the head upsamples
    one channel instead of many.

    Args:
      x: keras tensor of stride `stride`.
      stride: stride of `x` in input pixels.
      skips: mapping "s8" -> keras tensor, for every stride between 2 and `stride / 2`.
      channels: channels of each stage, deepest first; one more than there are skips.
      style: a `ConvStyle`.

    Returns:
      A keras tensor of stride 2 with `channels[-1]` channels.
    """
    x = conv_norm_relu(x, channels[0], f"decoder_s{stride}", style)
    for filters in channels[1:]:
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"decoder_s{stride}_up")(x)
        stride //= 2
        x = keras.layers.Concatenate(name=f"decoder_s{stride}_concat")([x, skips[f"s{stride}"]])
        x = conv_norm_relu(x, filters, f"decoder_s{stride}", style)
    return x


def head(x, dropout):
    """Turns features of stride 2 into the map of the whole image.

    Args:
      x: keras tensor (batch, height / 2, width / 2, channels).
      dropout: rate in 0..1 of the spatial dropout.

    Returns:
      Keras tensor (batch, height, width, 1) of layer "blur_map", 0..1, 1 = blurred.
    """
    x = keras.layers.SpatialDropout2D(dropout, name="head_dropout")(x)
    # Losses take the logits: they stay float32 where the rest of the network is bfloat16.
    x = keras.layers.Conv2D(1, 1, dtype="float32", name="head_conv")(x)
    x = keras.layers.UpSampling2D(2, interpolation="bilinear", dtype="float32", name="logits")(x)
    return keras.layers.Activation("sigmoid", dtype="float32", name="blur_map")(x)
