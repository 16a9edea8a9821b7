"""ImageNet weights of keras.applications networks, by layer name."""

import keras

from dbdgan_tf.models.encoders import encoder_spec
from dbdgan_tf.models.encoders.applications import instantiate_application
from dbdgan_tf.models.weights_by_name import weights_table


def applications_imagenet_table(encoder):
    """ImageNet weights of an encoder whose weights keras.applications distributes; Keras downloads them once.

    Args:
      encoder: efficientnet_b0 .. b7, or a key of `dbdgan_tf.models.encoders.applications.APPLICATIONS`.

    Returns:
      A dict layer name -> list of arrays.
    """
    if encoder_spec(encoder).family == "efficientnet":
        function = getattr(keras.applications, f"EfficientNetB{encoder[-1]}")
        return weights_table(function(include_top=False, weights="imagenet"))
    return weights_table(instantiate_application(encoder, keras, weights="imagenet"))
