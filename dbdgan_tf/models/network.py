"""A network with what a converter and its file must know of it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Network:
    """A network ready for the converter.

    Attributes:
        model: Keras 3 or tf_keras model of a static batch of 1.
        image_size: (height, width).
        input_scaling: The `InputScaling` of its input.
        name: For the metadata.
        training: The metadata it was saved with.
        checksum: "sha256:..." of the weights.
    """

    model: object
    image_size: tuple
    input_scaling: object
    name: str
    training: dict = dataclasses.field(default_factory=dict)
    checksum: str = ""
