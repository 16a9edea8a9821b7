"""Initial weights of a network: none, pretrained ones for its encoder, or a file."""

import pathlib

import keras

from dbdgan_tf.models.encoders import encoder_spec
from dbdgan_tf.models.encoders.applications import instantiate_application
from dbdgan_tf.models.weights.by_name import assign_weights, weights_table
from dbdgan_tf.models.weights.download import download_failures, se_resnext_imagenet_table
from dbdgan_tf.models.weights.packages import hed_table, lite_imagenet_table, rgb_first

# Names that stand for the weights of an encoder.
PRETRAINED = ("imagenet", "hed")
# Layers with these name prefixes are an encoder's and must find their weights; the rest are the network's.
# The families that are not here take their graph and their weights from one function.
ENCODER_PREFIXES = {
    "efficientnet": ("stem_", "block", "top_"),
    "efficientnet_lite": ("stem_", "block", "top_"),
    "se_resnext": ("stem_", "stage"),
}


def load_initial_weights(model, encoder, weights):
    """Loads None, "imagenet", "hed" (VGG16) or a .weights.h5 file into a freshly built network."""
    if weights is None:
        return
    if weights in PRETRAINED:
        load_pretrained_weights(model, encoder, weights)
        return
    path = pathlib.Path(weights)
    if not path.name.endswith(".weights.h5"):
        path = path.with_name(f"{path.name.removesuffix('.json')}.weights.h5")
    if not path.is_file():
        allowed = ", ".join(map(repr, PRETRAINED))
        raise FileNotFoundError(f"No such weights. Received: {weights}. Allowed: None, {allowed} or a file.")
    model.load_weights(str(path))


def load_pretrained_weights(model, encoder, weights="imagenet"):
    """Sets the weights of an encoder's layers inside a network of Keras or tf_keras, by layer name."""
    table = pretrained_table(encoder, weights)
    assign_weights(model, table, required=ENCODER_PREFIXES.get(encoder_spec(encoder).family, ()))
    if not any(layer.name in table for layer in model.layers):
        raise ValueError(f"{model.name!r} holds no layer of the encoder. Received: {encoder!r}.")


def pretrained_table(encoder, weights="imagenet"):
    """Pretrained weights by layer name.

    Raises a ValueError if there are none for this encoder or the file is not the published one, an OSError if
    the package with the weights is absent or a download failed.
    """
    spec = encoder_spec(encoder)
    if weights not in spec.weights:
        raise ValueError(
            f"There are no such weights for this encoder. Received: {weights!r} for {encoder!r}. "
            f"Allowed: {', '.join(map(repr, spec.weights)) or 'none'}."
        )
    if weights == "hed":
        return hed_table()
    if spec.family == "efficientnet_lite":
        return lite_imagenet_table(encoder)
    if spec.family == "se_resnext":
        return se_resnext_imagenet_table(encoder)
    return applications_imagenet_table(encoder)


def applications_imagenet_table(encoder):
    """ImageNet weights by layer name of an encoder whose weights Keras distributes and downloads."""
    with download_failures(encoder):
        if encoder_spec(encoder).family == "efficientnet":
            function = getattr(keras.applications, f"EfficientNetB{encoder[-1]}")
            model = function(include_top=False, weights="imagenet")
        else:
            model = instantiate_application(encoder, keras, weights="imagenet")
    table = weights_table(model)
    # Caffe's networks were trained on BGR images; ours take RGB.
    return {**table, "block1_conv1": rgb_first(table["block1_conv1"])} if encoder == "vgg16" else table
