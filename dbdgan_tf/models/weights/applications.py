"""ImageNet weights of keras.applications networks, by layer name."""

import keras

from dbdgan_tf.models.encoders import encoder_spec
from dbdgan_tf.models.encoders.applications import instantiate_application
from dbdgan_tf.models.weights.by_name import weights_table
from dbdgan_tf.models.weights.download import download_failures
from dbdgan_tf.models.weights.hed import rgb_first


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
