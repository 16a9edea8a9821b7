"""A small choice of keras.applications networks as encoders, for the teacher."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ApplicationSpec:
    """A function of keras.applications, its layer names by stride key, and its further arguments."""

    function: str
    taps: dict
    arguments: dict


def _spec(function, *taps, **arguments):
    strides = ("s2", "s4", "s8", "s16", "s32")
    return ApplicationSpec(function, dict(zip(strides, taps, strict=False)), arguments)


APPLICATIONS = {
    "vgg16": _spec("VGG16", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"),
    "mobilenet_v2": _spec(
        "MobileNetV2", "block_1_expand_relu", "block_3_expand_relu", "block_6_expand_relu",
        "block_13_expand_relu", "out_relu",
    ),
    "resnet50_v2": _spec(
        "ResNet50V2", "conv1_conv", "conv2_block3_1_relu", "conv3_block4_1_relu", "conv4_block6_1_relu",
        "post_relu",
    ),
    "efficientnet_v2_b0": _spec(
        "EfficientNetV2B0", "block1a_project_activation", "block2b_add", "block3b_add", "block5e_add",
        "top_activation", include_preprocessing=False,
    ),
}  # fmt: skip


def instantiate_application(name, keras_module, weights=None, **arguments):
    """One of `APPLICATIONS` without its classifier; `weights` is None or "imagenet" (Keras downloads)."""
    spec = APPLICATIONS[name]
    function = getattr(keras_module.applications, spec.function)
    return function(include_top=False, weights=weights, **spec.arguments, **arguments)


def build_applications_encoder(name, inputs, keras_module):
    """Taps of a keras.applications network over scaled images: "s2" .. "s32", VGG16's to "s16"."""
    model = instantiate_application(name, keras_module, input_tensor=inputs)
    return {key: model.get_layer(layer).output for key, layer in APPLICATIONS[name].taps.items()}
