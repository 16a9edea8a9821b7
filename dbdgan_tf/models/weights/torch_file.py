"""PyTorch checkpoints without PyTorch: files, state dicts in Keras layout, encoders by our layer names."""

import collections
import dataclasses
import io
import pickle
import struct
import zipfile

import numpy as np

from dbdgan_tf.models.encoders.se_resnext import block_names

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
STORAGE_DTYPES = {
    "DoubleStorage": np.float64, "FloatStorage": np.float32, "HalfStorage": np.float16,
    "LongStorage": np.int64, "IntStorage": np.int32, "ShortStorage": np.int16,
    "CharStorage": np.int8, "ByteStorage": np.uint8, "BoolStorage": np.bool_,
}  # fmt: skip
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


@dataclasses.dataclass
class _Storage:
    """The flat memory that tensors are views of; legacy files deliver it after the pickle."""

    dtype: type
    numel: int
    data: np.ndarray | None = None


class _Tensor:
    def __init__(self, storage, offset, shape, strides, *_):
        self.storage, self.offset, self.shape, self.strides = storage, int(offset), shape, strides

    def to_numpy(self):
        data = self.storage.data
        if 0 in self.shape:
            return np.zeros(self.shape, data.dtype)
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if min(self.offset, *self.strides, 0) < 0 or last >= data.size:
            raise ValueError(f"The torch file holds a tensor of shape {self.shape} outside its storage.")
        strides = [s * data.itemsize for s in self.strides]
        return np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, strides).copy()


# Everything a state dict needs; any other name in the pickle is refused, so no code of the file ever runs.
_ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _Tensor,  # before PyTorch 0.4
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
    ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
    **{(module, name): name for module in ("torch", "torch.cuda") for name in STORAGE_DTYPES},
}


class _RestrictedUnpickler(pickle.Unpickler):
    def __init__(self, file, storages):
        super().__init__(file, encoding="utf-8")
        self._storages = storages

    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise ValueError(
                f"The torch file refers to a name that is not allowed. Received: {module}.{name}. "
                f"Allowed: {sorted('.'.join(pair) for pair in _ALLOWED)}"
            )
        return _ALLOWED[module, name]

    def persistent_load(self, pid):
        kind, storage_type, key, _, numel = pid[:5]
        if kind != "storage" or (len(pid) > 5 and pid[5] is not None):
            raise ValueError(f"The torch file holds an unknown kind of reference. Received: {pid}.")
        return self._storages.setdefault(str(key), _Storage(STORAGE_DTYPES[storage_type], int(numel)))


def _read_zip(file):
    with zipfile.ZipFile(file) as archive:
        pickles = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == "data.pkl"]
        if len(pickles) != 1:
            raise ValueError(f"A torch zip file has one data.pkl. Received: {pickles}.")
        root = pickles[0].removesuffix("data.pkl")
        storages = {}
        content = _RestrictedUnpickler(io.BytesIO(archive.read(pickles[0])), storages).load()
        marked = f"{root}byteorder" in archive.namelist()
        order = ">" if marked and archive.read(f"{root}byteorder").strip() == b"big" else "<"
        for key, storage in storages.items():
            raw = archive.read(f"{root}data/{key}")
            storage.data = np.frombuffer(raw, np.dtype(storage.dtype).newbyteorder(order), storage.numel)
    return content


def _read_legacy(file):
    file.seek(0)
    storages = {}

    def load():
        return _RestrictedUnpickler(file, storages).load()

    if load() != LEGACY_MAGIC:
        raise ValueError("The file is no torch file: the magic number is missing.")
    load()
    order = "<" if load()["little_endian"] else ">"
    content = load()
    for key in load():
        storage = storages[str(key)]
        (numel,) = struct.unpack(f"{order}q", file.read(8))
        dtype = np.dtype(storage.dtype).newbyteorder(order)
        storage.data = np.frombuffer(file.read(numel * dtype.itemsize), dtype, numel)
    return content


def _resolve(value):
    if isinstance(value, _Tensor):
        return value.to_numpy()
    if isinstance(value, dict):
        return {key: _resolve(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_resolve(item) for item in value)
    return value


def read_torch_file(path):
    """Reads a checkpoint that `torch.save` wrote, in the zip or in the legacy format.

    Returns the saved object with NumPy arrays in place of tensors (for a state dict: key -> array). Only
    plain containers, numbers, strings and dense tensors are understood; a ValueError if the file is cut short
    or holds anything else.
    """
    with open(path, "rb") as file:
        try:
            return _resolve(_read_zip(file) if zipfile.is_zipfile(file) else _read_legacy(file))
        except (pickle.UnpicklingError, EOFError, struct.error, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"Not a readable torch checkpoint. Received: {path} ({error}).") from error


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
