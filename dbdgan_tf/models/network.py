"""A network with what a converter and its file must know of it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Network:
    """A network of a static batch of 1, in Keras 3 or tf_keras, ready for the converter.

    Attributes:
      model: the network.
      image_size: (height, width).
      input_scaling: the `InputScaling` of its input.
      name: for the metadata.
      training: the metadata it was saved with.
      checksum: "sha256:..." of the weights.
    """

    model: object
    image_size: tuple
    input_scaling: object
    name: str
    training: dict = dataclasses.field(default_factory=dict)
    checksum: str = ""
