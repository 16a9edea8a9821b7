"""Puts the trained lite student and its .tflite files into the package: dbdgan_tf/assets.

python scripts/ship_weights.py --checkpoint=runs/lite/student_best --tflite=INT8,FLOAT16

Kernels are stored as float16. A .tflite file is refused unless it was made from that checkpoint.
"""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option
from dbdgan_tf.text_file import read_json

ROOT = Path(__file__).resolve().parent.parent
ENCODER = "efficientnet_lite2"
VARIANTS = ("int8", "float16")


@dataclasses.dataclass(frozen=True)
class ShipConfig:
    """What to ship."""

    checkpoint: str = option(REQUIRED, "PREFIX of the Keras student.")
    tflite: tuple = option((), "The .tflite files made from it.")
    assets: str = option(str(ROOT / "dbdgan_tf" / "assets"), "Folder to write to.")


def run(config):
    """Checks everything, then writes everything; a dict file name -> bytes."""
    from dbdgan_tf.atomic_file import replacing, write_bytes, write_json
    from dbdgan_tf.models.serialization import network_files, read_network_json

    content = read_network_json(config.checkpoint)
    if content["kind"] != "student" or content["config"].encoder != ENCODER:
        raise ValueError(
            f"The checkpoint is not the lite student. Received: {content['kind']} "
            f"{content['config'].encoder!r}. Allowed: student {ENCODER!r}."
        )
    models = _named_models(config)
    folder = Path(config.assets)
    weights, description = network_files(folder / "student_lite")
    with replacing(weights) as partial:
        write_half_weights(network_files(config.checkpoint)[0], partial)
    write_json(description, _description(config.checkpoint))
    copies = {folder / f"{to}{end}": f"{file}{end}" for to, file in models.items() for end in (".json", "")}
    for target, source in copies.items():
        write_bytes(target, Path(source).read_bytes())
    return {path.name: path.stat().st_size for path in (weights, description, *copies)}


def write_half_weights(source, target):
    """Copies a .weights.h5 file, kernels as float16 and packed.

    Vectors (biases, batch norm) stay float32: they are few, and variances leave float16's range.
    """
    import h5py
    import numpy as np

    def copy(group, into):
        into.attrs.update(group.attrs)
        for key, item in group.items():
            if isinstance(item, h5py.Group):
                copy(item, into.create_group(key))
                continue
            array = item[()]
            if array.ndim > 1 and array.dtype == np.float32:
                array = array.astype(np.float16)
                if not np.all(np.isfinite(array)):
                    raise ValueError(f"{item.name} leaves the range of float16. Allowed: below 65504.")
            packing = {"compression": "gzip", "shuffle": True} if array.ndim > 1 else {}
            into.create_dataset(key, data=array, **packing).attrs.update(item.attrs)

    with h5py.File(source, "r") as old, h5py.File(target, "w") as new:
        copy(old, new)


def main(config):
    """Ships and prints the sizes, the sum last."""
    sizes = run(config)
    for name, size in [*sizes.items(), ("sum", sum(sizes.values()))]:
        print(f"{name:28s} {size / 1e6:8.3f} MB")


def _named_models(config):
    """Bundled name -> file, every file checked."""
    from dbdgan_tf.model_file.metadata import read_file_metadata, weights_checksum
    from dbdgan_tf.models.serialization import network_files

    source, named = weights_checksum(network_files(config.checkpoint)[0]), {}
    for file in config.tflite:
        about = read_file_metadata(file)
        if about.variant not in VARIANTS:
            raise ValueError(f"{file} is not shipped. Received: {about.variant}. Allowed: {VARIANTS}.")
        if about.source_checksum != source:
            raise ValueError(
                f"{file} was made from another checkpoint. "
                f"Received: {about.source_checksum or 'no checksum'}. Allowed: {source}."
            )
        if not Path(f"{file}.json").is_file():
            raise ValueError(f"{file} has no recipe. Received: no {file}.json.")
        name = f"lite_{about.variant}.tflite"
        if name in named:
            raise ValueError(f"Two files would become {name}. Received: {named[name]}, {file}.")
        named[name] = file
    return named


def _description(checkpoint):
    from dbdgan_tf.conversion.converter import without_folders
    from dbdgan_tf.model_file.metadata import weights_checksum
    from dbdgan_tf.models.serialization import network_files

    weights, description = network_files(checkpoint)
    content = read_json(description)
    content["metadata"] = {**content.get("metadata", {}), "source_checksum": weights_checksum(weights)}
    return without_folders(content)


if __name__ == "__main__":
    start(ShipConfig, main)
