"""Encoders by name, image in, feature maps by stride out; a few of keras.applications are for the teacher."""

import dataclasses

import keras

from dbdgan_tf.models.encoders.efficientnet import build_efficientnet
from dbdgan_tf.models.encoders.se_resnext import build_se_resnext

__all__ = ["ENCODERS", "EncoderSpec", "build_encoder", "encoder_spec"]


@dataclasses.dataclass(frozen=True)
class EncoderSpec:
    """An encoder: its family builds it and has its weights, which expect `scaling` (a key of `SCALINGS`)."""

    name: str
    family: str
    scaling: str
    weights: tuple = ("imagenet",)


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
# The function of keras.applications, and its layers at strides 2, 4, 8, ...
APPLICATIONS = {
    "vgg16": ("VGG16", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"),
    "mobilenet_v2": (
        "MobileNetV2", "block_1_expand_relu", "block_3_expand_relu", "block_6_expand_relu",
        "block_13_expand_relu", "out_relu",
    ),
    "resnet50_v2": (
        "ResNet50V2", "conv1_conv", "conv2_block3_1_relu", "conv3_block4_1_relu", "conv4_block6_1_relu",
        "post_relu",
    ),
    "efficientnet_v2_b0": (
        "EfficientNetV2B0", "block1a_project_activation", "block2b_add", "block3b_add", "block5e_add",
        "top_activation",
    ),
}  # fmt: skip


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
    family = encoder_spec(name).family
    if family == "applications":
        model = instantiate_application(name, keras_module, input_tensor=inputs)
        layers = enumerate(APPLICATIONS[name][1:], 1)
        return {f"s{2**level}": model.get_layer(layer).output for level, layer in layers}
    build = build_se_resnext if family == "se_resnext" else build_efficientnet
    return build(name, inputs, keras_module)


def instantiate_application(name, keras_module, weights=None, **arguments):
    """One of `APPLICATIONS` without its classifier; `weights` is None or "imagenet" (Keras downloads)."""
    if name == "efficientnet_v2_b0":
        arguments["include_preprocessing"] = False
    function = getattr(keras_module.applications, APPLICATIONS[name][0])
    return function(include_top=False, weights=weights, **arguments)
