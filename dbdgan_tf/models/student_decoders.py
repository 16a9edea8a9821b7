"""The student's decoders: `mobile` and `conv`, made for phones, and `paper`, the official EfficientUnet's."""

import functools

STAGE_STRIDES = (16, 8, 4, 2, 1)


def _norm_relu6(x, layers, norm_name, relu_name):
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.95, name=norm_name)(x)
    return layers.ReLU(6.0, name=relu_name)(x)


def _conv(x, filters, kernel_size, layers, name, relu_name):
    x = layers.Conv2D(filters, kernel_size, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _norm_relu6(x, layers, f"{name}_bn", relu_name)


def _up_and_join(x, skip, filters, layers, stride):
    name = f"decoder_s{stride}"
    x = layers.UpSampling2D(2, interpolation="bilinear", name=f"{name}_up")(x)
    if skip is None:
        return x
    skip = _conv(skip, filters, 1, layers, f"skip_s{stride}", f"skip_s{stride}_relu")
    return layers.Concatenate(name=f"{name}_concat")([x, skip])


def _separable_stage(x, filters, layers, name):
    """A depthwise and a pointwise convolution: the fewest operations."""
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_dwconv")(x)
    x = _norm_relu6(x, layers, f"{name}_dwbn", f"{name}_dwrelu")
    return _conv(x, filters, 1, layers, f"{name}_pw", name)


def _conv_stage(x, filters, layers, name):
    """One full 3x3 convolution: learns faster, for more operations."""
    return _conv(x, filters, 3, layers, name, name)


def _phone_decoder(stage, taps, _, channels, head_stride, keras_module):
    """Decoder with bilinear upsampling, of only such operations as phones run in int8; the layer "logits".

    The 1x1 head works at `head_stride` and its one-channel logits are upsampled, because a stage at full
    resolution costs more than the whole rest of the decoder.
    """
    layers = keras_module.layers
    x = _conv(taps["s32"], channels[0], 1, layers, "bottleneck_pw", "bottleneck")
    for stride, filters in zip(STAGE_STRIDES, channels[1:], strict=False):
        if stride >= head_stride:
            x = _up_and_join(x, taps.get(f"s{stride}"), filters, layers, stride)
            x = stage(x, filters, layers, f"decoder_s{stride}")
    # Losses take the logits: they stay float32 where the rest of the network is bfloat16.
    if head_stride == 1:
        return layers.Conv2D(1, 1, dtype="float32", name="logits")(x)
    x = layers.Conv2D(1, 1, dtype="float32", name="head_conv")(x)
    return layers.UpSampling2D(head_stride, interpolation="bilinear", dtype="float32", name="logits")(x)


def _paper_stage(x, skip, filters, layers, stride):
    name = f"decoder_s{stride}"
    x = layers.Conv2DTranspose(filters, 2, strides=2, padding="valid", name=f"{name}_up")(x)
    x = layers.Concatenate(name=f"{name}_concat")([x, skip])
    for i, relu_name in ((1, f"{name}_relu1"), (2, name)):
        x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv{i}")(x)
        # PyTorch's epsilon, as the official weights need it.
        x = layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=f"{name}_bn{i}")(x)
        x = layers.ReLU(name=relu_name)(x)
    return x


def _paper_decoder(taps, inputs, channels, _, keras_module):
    """The official student's decoder: transposed convolutions, two 3x3 conv-BN-ReLU per stage.

    Its skips are "first_s2" .. "first_s16" where the encoder has them, and the images in the last stage.
    Source: Distill-DBDGAN (ACM TOMM 19(2s):87), the authors' EfficientUnet with concat_input.
    """
    layers = keras_module.layers
    # An identity, so that the bottleneck tap has one name whatever the encoder calls its last layer.
    x = layers.Activation("linear", name="bottleneck")(taps.get("head", taps["s32"]))
    for stride, filters in zip(STAGE_STRIDES, channels, strict=True):
        skip = inputs if stride == 1 else taps.get(f"first_s{stride}", taps[f"s{stride}"])
        x = _paper_stage(x, skip, filters, layers, stride)
    return layers.Conv2D(1, 1, dtype="float32", name="logits")(x)


# The function, its own channels, and its head strides, of which the first one is the default.
DECODERS = {
    # bottleneck, then one entry per stage s16, s8, s4, s2 and s1 (used where head_stride is 1)
    "mobile": (functools.partial(_phone_decoder, _separable_stage), (128, 96, 64, 32, 16, 16), (2, 1, 4)),
    "conv": (functools.partial(_phone_decoder, _conv_stage), (192, 128, 96, 64, 32, 32), (2, 1, 4)),
    # one entry per stage s16 .. s1
    "paper": (_paper_decoder, (512, 256, 128, 64, 32), (1,)),
}


def resolve(decoder, channels, head_stride):
    """A decoder's channels and head stride, its own ones for None; a ValueError unless they are allowed."""
    _, defaults, strides = DECODERS[decoder]
    channels = tuple(int(c) for c in channels or defaults)
    if len(channels) != len(defaults) or min(channels) < 1:
        raise ValueError(
            f"decoder_channels of the {decoder} decoder: wrong count or sign. Received: {channels}. "
            f"Allowed: {len(defaults)} positive numbers, such as {defaults}."
        )
    head_stride = strides[0] if head_stride is None else head_stride
    if head_stride not in strides:
        raise ValueError(
            f"head_stride of the {decoder} decoder: {strides} is allowed. Received: {head_stride}."
        )
    return channels, head_stride
