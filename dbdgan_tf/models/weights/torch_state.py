"""State dicts of PyTorch networks in Keras layout, and of their encoders by our layer names."""

import dataclasses

import numpy as np

from dbdgan_tf.models.encoders.se_resnext import block_names

# Layout changes from PyTorch to Keras.
CONV = (2, 3, 1, 0)  # OIHW -> HWIO
DEPTHWISE = (2, 3, 0, 1)  # O1HW -> HWO1
TRANSPOSED_CONV = (2, 3, 1, 0)  # IOHW -> HWOI
# Our suffix -> the name that EfficientNets have in PyTorch.
_MBCONV_LAYERS = {
    "expand_conv": "_expand_conv", "expand_bn": "_bn0", "dwconv": "_depthwise_conv", "bn": "_bn1",
    "se_reduce": "_se_reduce", "se_expand": "_se_expand", "project_conv": "_project_conv",
    "project_bn": "_bn2",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class MappingReport:
    """What became of a checkpoint: how many tensors were used; sorted keys without a place in our graph."""

    used: int
    unused: tuple[str, ...]

    def __str__(self):
        names = "".join(f"\n  {key}" for key in self.unused)
        return f"{self.used} official tensors used, {len(self.unused)} unused{':' if names else '.'}{names}"


class StateReader:
    """Hands out a state dict's tensors in Keras layout and remembers which were asked for."""

    def __init__(self, state):
        self._state = state
        self._used = set()

    def __contains__(self, key):
        return key in self._state

    def tensor(self, key, axes=None):
        """One tensor, its axes permuted."""
        if key not in self._state:
            raise ValueError(f"The checkpoint lacks a tensor. Received: no {key!r}.")
        self._used.add(key)
        array = np.asarray(self._state[key], np.float32)
        return array if axes is None else np.transpose(array, axes)

    def conv(self, key, axes=CONV):
        """A convolution's [kernel], or [kernel, bias] where the checkpoint has a bias."""
        kernel = [self.tensor(f"{key}.weight", axes)]
        return [*kernel, self.tensor(f"{key}.bias")] if f"{key}.bias" in self._state else kernel

    def norm(self, key):
        """A batch normalisation's [gamma, beta, mean, variance]."""
        self._used.add(f"{key}.num_batches_tracked")
        leaves = ("weight", "bias", "running_mean", "running_var")
        return [self.tensor(f"{key}.{leaf}") for leaf in leaves]

    def report(self):
        """A `MappingReport` of what was asked for so far."""
        unused = tuple(sorted(set(self._state) - self._used))
        return MappingReport(used=len(self._used & set(self._state)), unused=unused)


def mbconv_block(reader, key, name):
    """An inverted residual block, `key` in the state dict of an EfficientNet and `name` in our layers."""
    table = {}
    for ours, theirs in _MBCONV_LAYERS.items():
        # Not every block expands, and Lite has no squeeze-excite.
        if f"{key}.{theirs}.weight" not in reader:
            continue
        if ours.endswith("bn"):
            table[f"{name}_{ours}"] = reader.norm(f"{key}.{theirs}")
        else:
            axes = DEPTHWISE if ours == "dwconv" else CONV
            table[f"{name}_{ours}"] = reader.conv(f"{key}.{theirs}", axes)
    return table


def se_resnext_table(reader, name, stem=("layer0.conv1", "layer0.bn1"), stage="layer"):
    """An SE-ResNeXt encoder's part of a state dict; `stem`, `stage`: what the dict calls them."""
    table = {"stem_conv": reader.conv(stem[0]), "stem_bn": reader.norm(stem[1])}
    for block in block_names(name):
        number, index = (int(part.strip("stageblock")) for part in block.split("_"))
        key = f"{stage}{number}.{index - 1}"
        for part in (1, 2, 3):
            table[f"{block}_{part}_conv"] = reader.conv(f"{key}.conv{part}")
            table[f"{block}_{part}_bn"] = reader.norm(f"{key}.bn{part}")
        table[f"{block}_se"] = reader.conv(f"{key}.se_module.fc1") + reader.conv(f"{key}.se_module.fc2")
        # The first block of a stage changes the number of channels.
        if index == 1:
            table[f"{block}_shortcut_conv"] = reader.conv(f"{key}.downsample.0")
            table[f"{block}_shortcut_bn"] = reader.norm(f"{key}.downsample.1")
    return table
