"""The student: a compact encoder and a decoder that turn a photograph into its blur map."""

import dataclasses

import keras

from dbdgan_tf.models import student_decoders as decoders
from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.scaling import resolve_scaling
from dbdgan_tf.models.serialization import NetworkConfig
from dbdgan_tf.models.weights.imagenet import bundled_config, load_bundled_weights, load_initial_weights

# The layers whose outputs are the student's taps, in order of depth.
STUDENT_TAPS = ("bottleneck", "decoder_s16", "decoder_s8", "decoder_s4", "decoder_s2", "logits")


@dataclasses.dataclass(frozen=True)
class StudentConfig(NetworkConfig):
    """Everything that defines a student's graph.

    Args:
      encoder: a key of `dbdgan_tf.models.encoders.ENCODERS`.
      decoder: "mobile", "conv" or "paper".
      image_size: (height, width), multiples of 32.
      decoder_channels: channels from the deepest level on, None for the decoder's own: mobile and
        conv take the bottleneck and the stages s16, s8, s4, s2, s1 (6 numbers; stages finer than
        `head_stride` are not built), paper the stages s16 .. s1 (5 numbers).
      head_stride: resolution of the 1x1 head, None for the decoder's own (paper 1, the others 2).
      scaling: "auto" (the encoder's own) or a key of `dbdgan_tf.models.scaling.SCALINGS`.
    """

    encoder: str = "efficientnet_b3"
    decoder: str = "mobile"
    image_size: tuple[int, int] = (320, 320)
    decoder_channels: tuple[int, ...] | None = None
    head_stride: int | None = None
    scaling: str = "auto"

    def __post_init__(self):
        resolve_scaling(self.scaling, self.encoder)
        if self.decoder not in decoders.DECODERS:
            allowed = list(decoders.DECODERS)
            raise ValueError(f"Unknown decoder. Received: {self.decoder!r}. Allowed: {allowed}.")
        object.__setattr__(self, "image_size", _checked_size(self.image_size))
        # Resolved at once, so that a saved config does not depend on today's defaults.
        resolved = decoders.resolve(self.decoder, self.decoder_channels, self.head_stride)
        for name, value in zip(("decoder_channels", "head_stride"), resolved, strict=True):
            object.__setattr__(self, name, value)

    def replace(self, **overrides):
        """A config with some entries changed; another decoder comes with its own channels and head stride."""
        if overrides.get("decoder", self.decoder) != self.decoder:
            overrides = {"decoder_channels": None, "head_stride": None, **overrides}
        return dataclasses.replace(self, **overrides)


def _checked_size(image_size):
    size = tuple(int(n) for n in image_size) if isinstance(image_size, (tuple, list)) else ()
    if len(size) != 2 or any(n < 32 or n % 32 for n in size):
        raise ValueError(
            f"image_size is (height, width), both multiples of 32 above 0. Received: {image_size}."
        )
    return size


def build_student(config=None, *, keras_module=keras, batch_size=None, weights=None, **overrides):
    """Builds the student as one flat functional model of plain layers.

    Args:
      config: a `StudentConfig`; if None the default one, with weights="cuhk" that of the trained student.
      keras_module: keras or tf_keras; the layer names are the same.
      batch_size: a fixed batch size for conversion, or None.
      weights: None (random), "imagenet" (the encoder only), "cuhk" (the trained student that ships with the
        package, at any image size) or the path of weights that `save_network` wrote.
      **overrides: entries of the config to replace, such as `encoder="efficientnet_lite2"`.

    Returns:
      A model from scaled images (B, H, W, 3) to the blur map (B, H, W, 1), float32, 1 = blurred. Its taps are
      the outputs of the layers named in `STUDENT_TAPS`; "logits" is the map before the sigmoid.
    """
    if config is None:
        config = bundled_config() if weights == "cuhk" else StudentConfig()
    config = config.replace(**overrides)
    # === Functional Model ===
    inputs = keras_module.Input((*config.image_size, 3), batch_size=batch_size, name="images")
    taps = build_encoder(config.encoder, inputs, keras_module)
    decoder, *_ = decoders.DECODERS[config.decoder]
    logits = decoder(taps, inputs, config.decoder_channels, config.head_stride, keras_module)
    outputs = keras_module.layers.Activation("sigmoid", dtype="float32", name="blur_map")(logits)
    model = keras_module.Model(inputs, outputs, name=f"student_{config.encoder}_{config.decoder}")
    if weights == "cuhk":
        load_bundled_weights(model, config)
    else:
        load_initial_weights(model, config.encoder, weights)
    return model
