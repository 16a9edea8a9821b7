"""ImageNet weights of the SE-ResNeXt encoders, from the PyTorch files that their authors' port published."""

from dbdgan_tf.models.encoders.se_resnext import block_names
from dbdgan_tf.models.weights.download import download_weights
from dbdgan_tf.models.weights.torch_file import read_torch_file
from dbdgan_tf.models.weights.torch_state import StateReader

BASE_ADDRESS = "http://data.lip6.fr/cadene/pretrainedmodels/"
# The digits in a file's name are the start of its SHA-256.
FILES = {
    "se_resnext50": "se_resnext50_32x4d-a260b3a4.pth",
    "se_resnext101": "se_resnext101_32x4d-3b2fe3d8.pth",
}


def se_resnext_imagenet_table(name):
    """ImageNet weights of an SE-ResNeXt encoder by our layer names; downloaded once.

    Source: github.com/Cadene/pretrained-models.pytorch, converted from the Caffe models of Hu et al. (2018).
    """
    digits = FILES[name].removesuffix(".pth").rpartition("-")[2]
    state = read_torch_file(download_weights(name, BASE_ADDRESS + FILES[name], digits))
    return se_resnext_table(StateReader(state), name)


def se_resnext_table(reader, name, stem=("layer0.conv1", "layer0.bn1"), stage="layer"):
    """The encoder's part of a state dict by our layer names; `stem`, `stage`: what the dict calls them."""
    table = {"stem_conv": reader.conv(stem[0]), "stem_bn": reader.norm(stem[1])}
    for block in block_names(name):
        number, index = (int(part.strip("stageblock")) for part in block.split("_"))
        table.update(_block(reader, f"{stage}{number}.{index - 1}", block))
    return table


def _block(reader, key, name):
    table = {}
    for index in (1, 2, 3):
        table[f"{name}_{index}_conv"] = reader.conv(f"{key}.conv{index}")
        table[f"{name}_{index}_bn"] = reader.norm(f"{key}.bn{index}")
    table[f"{name}_se"] = reader.conv(f"{key}.se_module.fc1") + reader.conv(f"{key}.se_module.fc2")
    # The first block of a stage changes the number of channels.
    if name.endswith("_block1"):
        table[f"{name}_shortcut_conv"] = reader.conv(f"{key}.downsample.0")
        table[f"{name}_shortcut_bn"] = reader.norm(f"{key}.downsample.1")
    return table
