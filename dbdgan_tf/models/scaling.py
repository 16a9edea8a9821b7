"""The one fixed step between raw pixels and a network's input."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class InputScaling:
    """An affine map from RGB pixels (0..255) to the values a network was made for: `(x - mean) / std`.

    Networks hold no such layer, so that training, quantization and conversion can each absorb it in their
    own way. `mean` and `std` are of R, G, B in 0..255 units.
    """

    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def __post_init__(self):
        for name in ("mean", "std"):
            values = tuple(float(v) for v in getattr(self, name))
            if len(values) != 3 or (name == "std" and min(values) <= 0):
                raise ValueError(f"{name} must be three numbers, a std above 0. Received: {name}={values}.")
            object.__setattr__(self, name, values)

    def apply(self, images):
        """Scales images of shape (..., 3) in 0..255: a NumPy array (any dtype) or a float tensor."""
        if isinstance(images, np.ndarray):
            images = images.astype(np.float32, copy=False)
        return (images - np.float32(self.mean)) / np.float32(self.std)


UNIT = InputScaling((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
IMAGENET = InputScaling((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
LITE = InputScaling((127.0, 127.0, 127.0), (128.0, 128.0, 128.0))
SYMMETRIC = InputScaling((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
# The means of Caffe's VGG networks, here in the order of RGB.
CAFFE = InputScaling((123.68, 116.779, 103.939), (1.0, 1.0, 1.0))
SCALINGS = {"caffe": CAFFE, "unit": UNIT, "imagenet": IMAGENET, "lite": LITE, "symmetric": SYMMETRIC}


def resolve_scaling(scaling, encoder_name):
    """The `InputScaling` of a config's entry: "auto" (the encoder's own) or a key of `SCALINGS`."""
    from dbdgan_tf.models.encoders import encoder_spec

    scalings = {"auto": SCALINGS[encoder_spec(encoder_name).scaling], **SCALINGS}
    if scaling not in scalings:
        raise ValueError(f"Unknown scaling. Received: {scaling!r}. Allowed: {[*scalings]}.")
    return scalings[scaling]
