"""Blur maps on disk."""

from pathlib import Path

import numpy as np

from dbdgan_tf.photo import IMAGE_SUFFIXES, read_values, write_image, write_map

BIT_DEPTHS = (8, 16)
MAP_SUFFIXES = (*IMAGE_SUFFIXES, ".npy")


def find_maps(directory):
    """Dict stem -> path of the maps in a folder; a ValueError if there is none, or two of one stem."""
    directory = Path(directory)
    if not directory.is_dir():
        raise ValueError(f"No such folder of maps. Received: {str(directory)!r}.")
    files, doubles = {}, []
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() not in MAP_SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in files:
            doubles.append(f"{files[path.stem].name} and {path.name}")
        files[path.stem] = path
    if doubles:
        raise ValueError(f"Two maps of one stem in {str(directory)!r}: {', '.join(doubles)}.")
    if not files:
        raise ValueError(f"No map in the folder. Received: {str(directory)!r}. Allowed: {MAP_SUFFIXES}.")
    return files


def read_map(path, polarity="blur"):
    """Reads a blur map, uint8 of 8-bit files, else float32 in 0..1; high = blurred.

    It may be an 8-bit or 16-bit image, grey or with equal channels, a float image in 0..1, or .npy in 0..1.
    """
    path = Path(path)
    values = _read_values(path)
    if values.ndim == 3:
        colours = values[..., :3]
        if values.shape[-1] > 1 and (colours != colours[..., :1]).any():
            raise ValueError(f"{path}: a blur map must be grey. Received: unequal channels.")
        values = values[..., 0]
    if values.dtype == np.uint16:
        values = values.astype(np.float32) / 65535
    elif values.dtype != np.uint8:
        values = values.astype(np.float32)
    if polarity == "blur":
        return values
    return 255 - values if values.dtype == np.uint8 else 1 - values


def _read_values(path):
    try:
        if path.suffix.lower() == ".npy":
            return np.load(path, allow_pickle=False)
        return read_values(path)
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{path}: cannot read the map ({getattr(error, 'reason', error)}).") from error


def write_map_file(path, blur_map, bits=8):
    """Writes a blur map in 0..1 as a grey PNG of 8 or 16 bits, atomically."""
    if bits == 8:
        write_map(path, blur_map)
    elif bits == 16:
        write_image(path, np.rint(np.clip(blur_map, 0, 1) * 65535).astype(np.uint16))
    else:
        raise ValueError(f"Unknown bit depth. Received: {bits}. Allowed: {BIT_DEPTHS}.")
