"""A small choice of keras.applications networks as encoders, for the teacher."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ApplicationSpec:
    """A function of keras.applications, its layer names by stride key, and its further arguments."""

    function: str
    taps: dict
    arguments: dict = dataclasses.field(default_factory=dict)


APPLICATIONS = {
    "vgg16": ApplicationSpec(
        "VGG16", {"s2": "block2_conv2", "s4": "block3_conv3", "s8": "block4_conv3", "s16": "block5_conv3"}
    ),
    "mobilenet_v2": ApplicationSpec(
        "MobileNetV2",
        {
            "s2": "block_1_expand_relu", "s4": "block_3_expand_relu", "s8": "block_6_expand_relu",
            "s16": "block_13_expand_relu", "s32": "out_relu",
        },
    ),
    "resnet50_v2": ApplicationSpec(
        "ResNet50V2",
        {
            "s2": "conv1_conv", "s4": "conv2_block3_1_relu", "s8": "conv3_block4_1_relu",
            "s16": "conv4_block6_1_relu", "s32": "post_relu",
        },
    ),
    "efficientnet_v2_b0": ApplicationSpec(
        "EfficientNetV2B0",
        {
            "s2": "block1a_project_activation", "s4": "block2b_add", "s8": "block3b_add",
            "s16": "block5e_add", "s32": "top_activation",
        },
        {"include_preprocessing": False},
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
