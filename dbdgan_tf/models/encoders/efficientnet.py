"""EfficientNet-B0 to B7, weight-compatible with keras.applications."""

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
# name: (width, depth)
COEFFICIENTS = {
    "efficientnet_b0": (1.0, 1.0),
    "efficientnet_b1": (1.0, 1.1),
    "efficientnet_b2": (1.1, 1.2),
    "efficientnet_b3": (1.2, 1.4),
    "efficientnet_b4": (1.4, 1.8),
    "efficientnet_b5": (1.6, 2.2),
    "efficientnet_b6": (1.8, 2.6),
    "efficientnet_b7": (2.0, 3.1),
}


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
    """The `Architecture` of efficientnet_b0 .. efficientnet_b7."""
    width, depth = COEFFICIENTS[name]
    return Architecture(
        stem_filters=round_filters(32, width),
        head_filters=round_filters(1280, width),
        stages=tuple(scale_stage(stage, width, depth) for stage in BASE_STAGES),
        activation="swish",
        se_ratio=0.25,
    )


def build_efficientnet(name, inputs, keras_module):
    """Taps of an EfficientNet over scaled images; see `build_mbconv_encoder`."""
    return build_mbconv_encoder(architecture_of(name), inputs, keras_module)
