"""SE-ResNeXt-50 and -101 (32x4d) without max-pooling, so that the taps lie at strides 2, 4, 8 and 16."""

import keras

from dbdgan_tf.models.layers import GroupedConv2D, SqueezeExcite

GROUPS = 32
# name: blocks per stage
BLOCKS = {"se_resnext50": (3, 4, 6, 3), "se_resnext101": (3, 4, 23, 3)}
STAGE_CHANNELS = (256, 512, 1024, 2048)
STEM_CHANNELS = 64
# As in PyTorch, where the published weights come from.
EPSILON, MOMENTUM = 1e-5, 0.9


def block_names(name):
    """The names of all blocks in order: stage1_block1, stage1_block2, ..."""
    return [f"stage{i}_block{j + 1}" for i, count in enumerate(BLOCKS[name], 1) for j in range(count)]


def _conv(x, filters, name, kernel_size=1, strides=1, groups=1):
    if kernel_size > 1:
        # Padding "same" would pad only right and bottom at stride 2; PyTorch pads all sides.
        x = keras.layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad")(x)
    layer = keras.layers.Conv2D if groups == 1 else GroupedConv2D
    x = layer(
        filters, kernel_size, strides=strides, groups=groups, use_bias=False, kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)  # fmt: skip
    return keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=f"{name}_bn")(x)


def _block(inputs, filters, strides, name):
    width = filters // 2
    x = keras.layers.ReLU(name=f"{name}_1_relu")(_conv(inputs, width, f"{name}_1"))
    x = _conv(x, width, f"{name}_2", kernel_size=3, strides=strides, groups=GROUPS)
    x = keras.layers.ReLU(name=f"{name}_2_relu")(x)
    x = SqueezeExcite(reduction=16, name=f"{name}_se")(_conv(x, filters, f"{name}_3"))
    shortcut = inputs
    if inputs.shape[-1] != filters:
        shortcut = _conv(inputs, filters, f"{name}_shortcut", strides=strides)
    return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([x, shortcut]))


def build_se_resnext(name, inputs, keras_module=keras):
    """Taps "s2", "s4", "s8" and "s16" of an SE-ResNeXt, 256 to 2048 channels; with keras only.

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, Table 1 (32x4d).
    """
    if keras_module is not keras:
        raise ValueError(f"SE-ResNeXt encoders need keras. Received: {keras_module.__name__}.")
    # === Functional Model ===
    x = _conv(inputs, STEM_CHANNELS, "stem", kernel_size=7, strides=2)
    x = keras.layers.ReLU(name="stem_relu")(x)
    taps = {}
    for stage, (count, filters) in enumerate(zip(BLOCKS[name], STAGE_CHANNELS, strict=True), 1):
        for block in range(1, count + 1):
            strides = 2 if block == 1 and stage > 1 else 1
            x = _block(x, filters, strides, f"stage{stage}_block{block}")
        taps[f"s{2**stage}"] = x
    return taps
