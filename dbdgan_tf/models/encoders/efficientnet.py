"""EfficientNet-B0 to B7, weight-compatible with keras.applications, Lite0 to 2, and a tiny one for tests."""

import math

from dbdgan_tf.models.encoders.mbconv import Architecture, Stage, build_mbconv_encoder

BASE_STAGES = (
    Stage(16, 1, 3, 1, 1),
    Stage(24, 2, 3, 2, 6),
    Stage(40, 2, 5, 2, 6),
    Stage(80, 3, 3, 2, 6),
    Stage(112, 3, 5, 1, 6),
    Stage(192, 4, 5, 2, 6),
    Stage(320, 1, 3, 1, 6),
)
# (width, depth) of B0 to B7, and of Lite0 to 2.
COEFFICIENTS = (1.0, 1.0), (1.0, 1.1), (1.1, 1.2), (1.2, 1.4), (1.4, 1.8), (1.6, 2.2), (1.8, 2.6), (2.0, 3.1)
NANO = Architecture(
    stem_filters=8,
    head_filters=64,
    stages=(
        Stage(8, 1, 3, 1, 1),
        Stage(12, 1, 3, 2, 4),
        Stage(16, 2, 5, 2, 4),
        Stage(24, 2, 3, 2, 4),
        Stage(40, 2, 3, 2, 4),
    ),
    activation="relu6",
    se_ratio=0.0,
)


def round_filters(filters, width, divisor=8):
    """Scales a channel count to the nearest multiple of `divisor`, never losing more than a tenth."""
    scaled = filters * width
    rounded = max(divisor, int(scaled + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * scaled else rounded


def scale_stage(stage, width, depth=1.0):
    """Compound scaling of one row of the table."""
    filters = round_filters(stage.filters, width)
    repeats = math.ceil(depth * stage.repeats)
    return Stage(filters, repeats, stage.kernel_size, stage.stride, stage.expand_ratio)


def architecture_of(name):
    """The `Architecture` of an EfficientNet.

    Lite has no squeeze-excite, and ReLU6; its stem, head and outer stages' depth do not scale.
    """
    if name == "efficientnet_lite_nano":
        return NANO
    width, depth = COEFFICIENTS[int(name[-1])]
    if name.startswith("efficientnet_lite"):
        depths = [1.0, *[depth] * (len(BASE_STAGES) - 2), 1.0]
        stages = tuple(scale_stage(stage, width, own) for stage, own in zip(BASE_STAGES, depths, strict=True))
        return Architecture(32, 1280, stages, "relu6", 0.0)
    stages = tuple(scale_stage(stage, width, depth) for stage in BASE_STAGES)
    return Architecture(round_filters(32, width), round_filters(1280, width), stages, "swish", 0.25)


def build_efficientnet(name, inputs, keras_module):
    """Taps of an EfficientNet over scaled images; see `build_mbconv_encoder`."""
    return build_mbconv_encoder(architecture_of(name), inputs, keras_module)
