"""Writes PyTorch checkpoint files without PyTorch, to test what reads them."""

import io
import pickle
import struct
import zipfile

import numpy as np

STORAGES = {"float32": "FloatStorage", "int64": "LongStorage", "float16": "HalfStorage"}


def _text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def _number(value):
    return b"J" + struct.pack("<i", value)


def _numbers(values):
    return b"(" + b"".join(_number(v) for v in values) + b"t"


def _tensor(key, array):
    storage = _text("storage") + f"ctorch\n{STORAGES[array.dtype.name]}\n".encode()
    storage = b"(" + storage + _text(key) + _text("cpu") + _number(array.size)
    strides = [s // array.itemsize for s in array.strides]
    arguments = _number(0) + _numbers(array.shape) + _numbers(strides) + b"\x89ccollections\nOrderedDict\n)R"
    # The legacy format adds a view entry to the storage's reference, the zip format does not.
    return lambda view: (
        b"ctorch._utils\n_rebuild_tensor_v2\n((" + storage[1:] + view + b"tQ" + arguments + b"tR"
    )


def _value(value, arrays, view):
    if isinstance(value, dict):
        items = (_text(key) + _value(item, arrays, view) + b"s" for key, item in value.items())
        return b"}" + b"".join(items)
    if isinstance(value, np.ndarray):
        arrays.append(np.ascontiguousarray(value))
        return _tensor(str(len(arrays) - 1), arrays[-1].reshape(value.shape))(view)
    return pickle.dumps(value, 2)[2:-1]


def write_torch_file(path, content, legacy=False):
    """Writes nested dicts of arrays and plain values as `torch.save` does, zip or legacy format."""
    arrays = []
    body = b"\x80\x02" + _value(content, arrays, b"N" if legacy else b"") + b"."
    if not legacy:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", body)
            for i, array in enumerate(arrays):
                archive.writestr(f"archive/data/{i}", array.tobytes())
        return
    file = io.BytesIO()
    for header in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
        pickle.dump(header, file, 2)
    file.write(body)
    pickle.dump([str(i) for i in range(len(arrays))], file, 2)
    for array in arrays:
        file.write(struct.pack("<q", array.size) + array.tobytes())
    path.write_bytes(file.getvalue())
