"""ImageNet weights from the network, by way of Keras' cache."""

import contextlib
import hashlib
import pathlib

import keras

from dbdgan_tf.models.weights.torch_file import read_torch_file
from dbdgan_tf.models.weights.torch_state import StateReader, se_resnext_table

SE_RESNEXT_ADDRESS = "http://data.lip6.fr/cadene/pretrainedmodels/"
# The digits in a file's name are the start of its SHA-256.
SE_RESNEXT_FILES = {
    "se_resnext50": "se_resnext50_32x4d-a260b3a4.pth",
    "se_resnext101": "se_resnext101_32x4d-3b2fe3d8.pth",
}


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


def download_weights(encoder, address, sha256_start):
    """Downloads a file once into Keras' cache and checks it every time; a wrong one is deleted."""
    with download_failures(encoder):
        path = pathlib.Path(keras.utils.get_file(origin=address, cache_subdir="models"))
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(sha256_start):
        path.unlink()
        raise ValueError(
            f"The ImageNet weights of {encoder} are damaged or not the published ones, and were deleted. "
            f"Received: {path} with SHA-256 {digest}. Allowed: {sha256_start}... as from {address}."
        )
    return path


def se_resnext_imagenet_table(name):
    """ImageNet weights of an SE-ResNeXt encoder by our layer names; downloaded once.

    Source: github.com/Cadene/pretrained-models.pytorch, converted from the Caffe models of Hu et al. (2018).
    """
    file = SE_RESNEXT_FILES[name]
    digits = file.removesuffix(".pth").rpartition("-")[2]
    state = read_torch_file(download_weights(name, SE_RESNEXT_ADDRESS + file, digits))
    return se_resnext_table(StateReader(state), name)
