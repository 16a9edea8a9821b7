"""Initial weights of a network: none, ImageNet for its encoder, or a file."""

import pathlib

from dbdgan_tf.models.encoders import encoder_spec
from dbdgan_tf.models.weights_by_name import assign_weights

# Prefixes of the layers that networks add to their encoders; ImageNet weights know nothing of them.
NETWORK_PREFIXES = ("bottleneck", "decoder_", "skip_", "logits", "head_conv")


def load_initial_weights(model, encoder, weights, own_prefixes=NETWORK_PREFIXES):
    """Loads initial weights into a freshly built network.

    Args:
      model: a functional model holding the encoder's layers, in Keras or tf_keras.
      encoder: the encoder's name.
      weights: None, "imagenet", or the path of a .weights.h5 file (the suffix may be left out).
      own_prefixes: name prefixes of the layers that are not the encoder's.

    Raises:
      ValueError: if the encoder has no ImageNet weights or they do not fit.
      FileNotFoundError: if the file, or the package with the ImageNet weights, is absent.
    """
    if weights is None:
        return
    if weights == "imagenet":
        assign_weights(model, imagenet_table(encoder), allow_missing=own_prefixes)
        return
    path = pathlib.Path(weights)
    if not path.name.endswith(".weights.h5"):
        path = path.with_name(f"{path.name.removesuffix('.json')}.weights.h5")
    if not path.is_file():
        raise FileNotFoundError(f"No such weights. Received: {weights}. Allowed: None, 'imagenet' or a file.")
    model.load_weights(str(path))


def imagenet_table(encoder):
    """ImageNet weights by layer name.

    Args:
      encoder: a key of `dbdgan_tf.models.encoders.ENCODERS`.

    Returns:
      A dict layer name -> list of arrays.

    Raises:
      ValueError: if there are none for this encoder.
    """
    spec = encoder_spec(encoder)
    if not spec.imagenet:
        raise ValueError(f"There are no ImageNet weights for this encoder. Received: {encoder!r}.")
    if spec.family == "efficientnet_lite":
        from dbdgan_tf.models.weights_lite import lite_imagenet_table

        return lite_imagenet_table(encoder)
    from dbdgan_tf.models.weights_applications import applications_imagenet_table

    return applications_imagenet_table(encoder)
