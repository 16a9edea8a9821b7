"""EfficientNet-Lite0, 1 and 2 (no squeeze-excite, ReLU6), and a tiny untrained relative for tests."""

from dbdgan_tf.models.encoders.efficientnet import BASE_STAGES, scale_stage
from dbdgan_tf.models.encoders.mbconv import Architecture, Stage, build_mbconv_encoder

# name: (width, depth)
COEFFICIENTS = {
    "efficientnet_lite0": (1.0, 1.0),
    "efficientnet_lite1": (1.0, 1.1),
    "efficientnet_lite2": (1.1, 1.2),
}
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


def architecture_of(name):
    """The `Architecture` of an EfficientNet-Lite; stem, head and the outer stages' depth do not scale."""
    if name == "efficientnet_lite_nano":
        return NANO
    width, depth = COEFFICIENTS[name]
    last = len(BASE_STAGES) - 1
    stages = (
        scale_stage(stage, width, 1.0 if i in (0, last) else depth) for i, stage in enumerate(BASE_STAGES)
    )
    return Architecture(
        stem_filters=32, head_filters=1280, stages=tuple(stages), activation="relu6", se_ratio=0.0
    )


def build_efficientnet_lite(name, inputs, keras_module):
    """Taps of an EfficientNet-Lite over scaled images; see `build_mbconv_encoder`."""
    return build_mbconv_encoder(architecture_of(name), inputs, keras_module)
