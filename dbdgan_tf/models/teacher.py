"""The teacher: a multi-scale, non-local segmentation network over a choice of encoders."""

from dataclasses import dataclass, replace

import keras

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.layers import DenseASPP, NonLocalBlock
from dbdgan_tf.models.scaling import resolve_scaling
from dbdgan_tf.models.serialization import NetworkConfig
from dbdgan_tf.models.weights.imagenet import load_initial_weights

OFFICIAL_CHANNELS = (256, 256, 64, 128)
STRIDES = (2, 4, 8, 16, 32)
# As in PyTorch, where the official weights come from.
EPSILON = 1e-5


@dataclass(frozen=True)
class TeacherConfig(NetworkConfig):
    """What a teacher is made of.

    Attributes:
      encoder: a name of `dbdgan_tf.models.encoders.ENCODERS`.
      image_size: (height, width) in pixels, multiples of the deepest tap's stride.
      decoder_channels: channels of the decoder stages, deepest first, one per encoder tap (the first ones are
        dropped where there are fewer taps); None takes (256, 256, 64, 128), with one more stage of 256 in
        front for encoders that reach stride 32.
      context_channels: channels of a 1x1 conv before the context stage; None leaves the tap as it is.
      non_local_reduction: divisor of the channels of query and key.
      aspp_*: as of `dbdgan_tf.models.layers.DenseASPP`.
      head_dropout: spatial dropout before the last convolution, 0..1.
      norm_momentum: momentum of the batch normalisations outside the encoder.
      scaling: "auto" (the encoder's) or the name of a preset of `dbdgan_tf.models.scaling`.
    """

    encoder: str = "se_resnext101"
    image_size: tuple = (320, 320)
    decoder_channels: tuple | None = None
    context_channels: int | None = None
    non_local_reduction: int = 8
    aspp_dilations: tuple = (2, 4, 6, 8)
    aspp_intermediate_channels: int = 1024
    aspp_growth_channels: int = 128
    aspp_dropout: float = 0.1
    head_dropout: float = 0.2
    norm_momentum: float = 0.9
    scaling: str = "auto"

    def __post_init__(self):
        resolve_scaling(self.scaling, self.encoder)
        object.__setattr__(self, "image_size", tuple(self.image_size))

    @classmethod
    def light(cls, encoder="efficientnet_lite2", **overrides):
        """Returns a teacher that a 2-core CPU can train."""
        defaults = {
            "decoder_channels": (128, 96, 64, 48, 32), "context_channels": 256,
            "aspp_intermediate_channels": 128, "aspp_growth_channels": 64,
        }  # fmt: skip
        return cls(encoder=encoder, **{**defaults, **overrides})


def build_teacher(config=None, *, weights=None, batch_size=None, **overrides):
    """Builds the teacher as a functional model; weights are addressable by layer name.

    Its taps are the outputs of the layers named in `STUDENT_TAPS`; "logits" is the full-size map before the
    sigmoid. Source: Distill-DBDGAN, ACM TOMM 19(2s):87, section 3 (teacher network).

    Args:
      config: a `TeacherConfig`; None takes the default.
      weights: None (random), "imagenet" (pretrained encoder) or the path of a saved teacher.
      batch_size: fixed batch size, or None.
      **overrides: fields of `TeacherConfig` to change.

    Returns:
      A `keras.Model` from scaled float32 images (B, H, W, 3) to blur maps (B, H, W, 1) in 0..1, 1 = blurred.
    """
    config = replace(config or TeacherConfig(), **overrides)

    # === Functional Model ===
    images = keras.Input((*config.image_size, 3), batch_size=batch_size, name="images")
    taps = build_encoder(config.encoder, images)
    strides = [stride for stride in STRIDES if f"s{stride}" in taps]
    channels = _decoder_channels(config, len(strides))
    if any(side is not None and side % strides[-1] for side in config.image_size):
        raise ValueError(
            f"Bad `image_size`. Received: {config.image_size}. Allowed: multiples of {strides[-1]}."
        )
    x = _context_stage(taps[f"s{strides[-1]}"], config)
    x = _decode(x, strides[-1], taps, channels, config.norm_momentum)
    model = keras.Model(images, _head(x, config.head_dropout), name="teacher")
    load_initial_weights(model, config.encoder, weights)
    return model


def _decoder_channels(config, tap_count):
    if config.decoder_channels is None:
        return OFFICIAL_CHANNELS[:1] * (tap_count - len(OFFICIAL_CHANNELS)) + OFFICIAL_CHANNELS
    if len(config.decoder_channels) < tap_count:
        raise ValueError(
            f"`decoder_channels` needs one number per tap of encoder {config.encoder!r}. "
            f"Received: {config.decoder_channels}. Allowed: at least {tap_count} numbers."
        )
    return config.decoder_channels[-tap_count:]


def _conv_norm_relu(x, filters, name, momentum, kernel_size=3):
    x = keras.layers.Conv2D(filters, kernel_size, padding="same", name=f"{name}_conv")(x)
    x = keras.layers.BatchNormalization(momentum=momentum, epsilon=EPSILON, name=f"{name}_bn")(x)
    return keras.layers.ReLU(name=name)(x)


def _context_stage(x, config):
    if config.context_channels:
        x = _conv_norm_relu(x, config.context_channels, "context_reduce", config.norm_momentum, kernel_size=1)
    attended = NonLocalBlock(config.non_local_reduction, name="non_local")(x)
    pyramid = DenseASPP(
        config.aspp_dilations, config.aspp_intermediate_channels, config.aspp_growth_channels,
        config.aspp_dropout, momentum=config.norm_momentum, epsilon=EPSILON, name="dense_aspp",
    )(x)  # fmt: skip
    return keras.layers.Concatenate(name="bottleneck")([attended, pyramid])


def _decode(x, stride, skips, channels, momentum):
    """Stages from `stride` down to 2, channels deepest first; the skip is in what "decoder_s8" gives.

    The last stage is not upsampled: a 1x1 convolution and bilinear upsampling commute, so the head upsamples
    one channel instead of many.
    """
    x = _conv_norm_relu(x, channels[0], f"decoder_s{stride}", momentum)
    for filters in channels[1:]:
        x = keras.layers.UpSampling2D(2, interpolation="bilinear", name=f"decoder_s{stride}_up")(x)
        stride //= 2
        x = keras.layers.Concatenate(name=f"decoder_s{stride}_concat")([x, skips[f"s{stride}"]])
        x = _conv_norm_relu(x, filters, f"decoder_s{stride}", momentum)
    return x


def _head(x, dropout):
    x = keras.layers.SpatialDropout2D(dropout, name="head_dropout")(x)
    # Losses take the logits: they stay float32 where the rest of the network is bfloat16.
    x = keras.layers.Conv2D(1, 1, dtype="float32", name="head_conv")(x)
    x = keras.layers.UpSampling2D(2, interpolation="bilinear", dtype="float32", name="logits")(x)
    return keras.layers.Activation("sigmoid", dtype="float32", name="blur_map")(x)
