"""Reading the tensors of a PyTorch checkpoint file without PyTorch."""

import collections
import dataclasses
import io
import pickle
import struct
import zipfile

import numpy as np

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
STORAGE_DTYPES = {
    "DoubleStorage": np.float64, "FloatStorage": np.float32, "HalfStorage": np.float16,
    "LongStorage": np.int64, "IntStorage": np.int32, "ShortStorage": np.int16,
    "CharStorage": np.int8, "ByteStorage": np.uint8, "BoolStorage": np.bool_,
}  # fmt: skip


@dataclasses.dataclass
class _Storage:
    """The flat memory that tensors are views of; legacy files deliver it after the pickle."""

    dtype: type
    numel: int
    data: np.ndarray | None = None


@dataclasses.dataclass
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple

    def to_numpy(self):
        data = self.storage.data
        if 0 in self.shape:
            return np.zeros(self.shape, data.dtype)
        last = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))
        if min(self.offset, *self.strides, 0) < 0 or last >= data.size:
            raise ValueError(f"The torch file holds a tensor of shape {self.shape} outside its storage.")
        strides = [s * data.itemsize for s in self.strides]
        return np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, strides).copy()


def _rebuild_tensor(storage, offset, shape, strides, *_):
    return _Tensor(storage, int(offset), tuple(shape), tuple(strides))


# Everything a state dict needs; any other name in the pickle is refused, so no code of the file ever runs.
_ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,  # before PyTorch 0.4
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
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

    Only plain containers, numbers, strings and dense tensors are understood; everything else is refused.

    Args:
      path: a .pth or .pt file.

    Returns:
      The saved object with NumPy arrays in place of tensors (for a state dict: key -> array).

    Raises:
      ValueError: if the file is no torch file, is cut short, or names anything that is not allowed.
    """
    with open(path, "rb") as file:
        try:
            return _resolve(_read_zip(file) if zipfile.is_zipfile(file) else _read_legacy(file))
        except (pickle.UnpicklingError, EOFError, struct.error, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"Not a readable torch checkpoint. Received: {path} ({error}).") from error
