"""Every encoder by name."""

import dataclasses
import importlib

import keras


@dataclasses.dataclass(frozen=True)
class EncoderSpec:
    """What the library knows about an encoder.

    Args:
      name: its key in `ENCODERS`.
      family: who builds it and where its ImageNet weights come from: "efficientnet", "efficientnet_lite",
        "se_resnext" or "applications".
      scaling: a key of `dbdgan_tf.models.scaling.SCALINGS`, what its ImageNet weights expect.
      weights: names of the pretrained weights that exist.
    """

    name: str
    family: str
    scaling: str
    weights: tuple = ("imagenet",)


# family: (module, function), imported when first used
BUILDERS = {
    "efficientnet": ("dbdgan_tf.models.encoders.efficientnet", "build_efficientnet"),
    "efficientnet_lite": ("dbdgan_tf.models.encoders.efficientnet", "build_efficientnet"),
    "se_resnext": ("dbdgan_tf.models.encoders.se_resnext", "build_se_resnext"),
    "applications": ("dbdgan_tf.models.encoders.applications", "build_applications_encoder"),
}

_SPECS = [
    *(EncoderSpec(f"efficientnet_b{i}", "efficientnet", "imagenet") for i in range(8)),
    *(EncoderSpec(f"efficientnet_lite{i}", "efficientnet_lite", "lite") for i in range(3)),
    EncoderSpec("efficientnet_lite_nano", "efficientnet_lite", "lite", weights=()),
    EncoderSpec("se_resnext50", "se_resnext", "imagenet"),
    EncoderSpec("se_resnext101", "se_resnext", "imagenet"),
    EncoderSpec("vgg16", "applications", "caffe", weights=("imagenet", "hed")),
    EncoderSpec("mobilenet_v2", "applications", "symmetric"),
    EncoderSpec("resnet50_v2", "applications", "symmetric"),
    EncoderSpec("efficientnet_v2_b0", "applications", "imagenet"),
]
ENCODERS = {spec.name: spec for spec in _SPECS}


def encoder_spec(name):
    """The `EncoderSpec` of a name; a ValueError that lists the allowed names if there is none."""
    if name not in ENCODERS:
        raise ValueError(f"Unknown encoder. Received: {name!r}. Allowed: {sorted(ENCODERS)}.")
    return ENCODERS[name]


def build_encoder(name, inputs, keras_module=keras):
    """Applies an encoder to scaled images.

    Args:
      name: a key of `ENCODERS`, else a ValueError.
      inputs: (B, H, W, 3) scaled images, H and W multiples of 32.
      keras_module: keras or tf_keras.

    Returns:
      A dict of tensors by stride: "s2", "s4", "s8", "s16" and, for most encoders, "s32". EfficientNets add
      "first_s2" .. "first_s32" (first block at each stride) and "head" (the activated last 1x1 convolution).
    """
    module, function = BUILDERS[encoder_spec(name).family]
    return getattr(importlib.import_module(module), function)(name, inputs, keras_module)
