"""EfficientNet-B0 to B7, weight-compatible with keras.applications, Lite0 to 2, and a tiny one for tests."""

import collections
import math

KERNEL_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
# One row of the architecture table; the first of its blocks carries the stride.
Stage = collections.namedtuple("Stage", "filters repeats kernel_size stride expand_ratio")
# `se_ratio`: the squeeze-excite channels over a block's input's, or 0.
Architecture = collections.namedtuple("Architecture", "stem_filters head_filters stages activation se_ratio")
Block = collections.namedtuple("Block", "name filters_in stage stride")
BASE_STAGES = (
    Stage(16, 1, 3, 1, 1), Stage(24, 2, 3, 2, 6), Stage(40, 2, 5, 2, 6), Stage(80, 3, 3, 2, 6),
    Stage(112, 3, 5, 1, 6), Stage(192, 4, 5, 2, 6), Stage(320, 1, 3, 1, 6),
)  # fmt: skip
# (width, depth) of B0 to B7, and of Lite0 to 2.
COEFFICIENTS = (1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8), (1.6, 2.2), (1.8, 2.6), (2.0, 3.1)
NANO_STAGES = (
    Stage(8, 1, 3, 1, 1), Stage(12, 1, 3, 2, 4), Stage(16, 2, 5, 2, 4), Stage(24, 2, 3, 2, 4),
    Stage(40, 2, 3, 2, 4),
)  # fmt: skip
NANO = Architecture(8, 64, NANO_STAGES, "relu6", 0.0)


def _round_filters(filters, width):
    scaled = filters * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


def _scale_stage(stage, depth, width):
    filters = _round_filters(stage.filters, width)
    return stage._replace(filters=filters, repeats=math.ceil(depth * stage.repeats))


def _architecture_of(name):
    """Lite has no squeeze-excite, and ReLU6; its stem, head and outer stages' depth do not scale."""
    if name == "efficientnet_lite_nano":
        return NANO
    width, depth = COEFFICIENTS[int(name[-1])]
    if name.startswith("efficientnet_lite"):
        depths = [1.0, *[depth] * (len(BASE_STAGES) - 2), 1.0]
        stages = tuple(_scale_stage(*row, width) for row in zip(BASE_STAGES, depths, strict=True))
        return Architecture(32, 1280, stages, "relu6", 0.0)
    stages = tuple(_scale_stage(stage, depth, width) for stage in BASE_STAGES)
    return Architecture(_round_filters(32, width), _round_filters(1280, width), stages, "swish", 0.25)


class _Builder:
    """Applies named layers of one Keras implementation in the conv-BN-activation idiom."""

    def __init__(self, architecture, layers):
        self.architecture = architecture
        self.layers = layers

    def activation(self, x, name):
        if self.architecture.activation == "relu6":
            return self.layers.ReLU(6.0, name=name)(x)
        return self.layers.Activation(self.architecture.activation, name=name)(x)

    def norm(self, x, name):
        return self.layers.BatchNormalization(epsilon=1e-3, momentum=0.99, name=name)(x)

    def conv(self, x, filters, kernel_size, name, strides=1, use_bias=False):
        return self.layers.Conv2D(
            filters, kernel_size, strides=strides, padding="same", use_bias=use_bias,
            kernel_initializer=KERNEL_INITIALIZER, name=name,
        )(x)  # fmt: skip

    def squeeze_excite(self, x, block):
        filters = block.filters_in * block.stage.expand_ratio
        reduced = max(1, int(block.filters_in * self.architecture.se_ratio))
        se = self.layers.GlobalAveragePooling2D(keepdims=True, name=f"{block.name}_se_squeeze")(x)
        se = self.conv(se, reduced, 1, f"{block.name}_se_reduce", use_bias=True)
        se = self.activation(se, f"{block.name}_se_reduce_activation")
        se = self.conv(se, filters, 1, f"{block.name}_se_expand", use_bias=True)
        se = self.layers.Activation("sigmoid", name=f"{block.name}_se_expand_activation")(se)
        return self.layers.Multiply(name=f"{block.name}_se_excite")([x, se])

    def block(self, inputs, block):
        name, x = block.name, inputs
        if block.stage.expand_ratio != 1:
            x = self.conv(x, block.filters_in * block.stage.expand_ratio, 1, f"{name}_expand_conv")
            x = self.activation(self.norm(x, f"{name}_expand_bn"), f"{name}_expand_activation")
        x = self.layers.DepthwiseConv2D(
            block.stage.kernel_size, strides=block.stride, padding="same", use_bias=False,
            depthwise_initializer=KERNEL_INITIALIZER, name=f"{name}_dwconv",
        )(x)  # fmt: skip
        x = self.activation(self.norm(x, f"{name}_bn"), f"{name}_activation")
        if self.architecture.se_ratio:
            x = self.squeeze_excite(x, block)
        x = self.norm(self.conv(x, block.stage.filters, 1, f"{name}_project_conv"), f"{name}_project_bn")
        if block.stride == 1 and block.filters_in == block.stage.filters:
            x = self.layers.Add(name=f"{name}_add")([x, inputs])
        return x


def _blocks(architecture):
    filters_in = architecture.stem_filters
    for number, stage in enumerate(architecture.stages, 1):
        for j in range(stage.repeats):
            name = f"block{number}{chr(ord('a') + j)}"
            yield Block(name, filters_in, stage, stage.stride if j == 0 else 1)
            filters_in = stage.filters


def block_names(name):
    """The names of all blocks in order: block1a, block2a, block2b, ..."""
    return [block.name for block in _blocks(_architecture_of(name))]


def build_efficientnet(name, inputs, keras_module):
    """Applies an EfficientNet to scaled images, with the layer names of keras.applications.

    Stride-2 convolutions use padding "same". For even sizes this equals the zero padding of
    keras.applications and needs no separate PAD operation after conversion.

    Source: Tan and Le, "EfficientNet", ICML 2019, Table 1; EfficientNet-Lite drops squeeze-excite for ReLU6.
    """
    architecture = _architecture_of(name)
    build = _Builder(architecture, keras_module.layers)
    # === Layers ===
    x = build.conv(inputs, architecture.stem_filters, 3, "stem_conv", strides=2)
    x = build.activation(build.norm(x, "stem_bn"), "stem_activation")
    taps, stride = {}, 2
    for block in _blocks(architecture):
        x = build.block(x, block)
        stride *= block.stride
        taps.setdefault(f"first_s{stride}", x)
        taps[f"s{stride}"] = x
    x = build.norm(build.conv(x, architecture.head_filters, 1, "top_conv"), "top_bn")
    taps["head"] = build.activation(x, "top_activation")
    return taps
