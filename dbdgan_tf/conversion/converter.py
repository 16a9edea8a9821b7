"""Writes a student as .tflite: `dbdgan convert --checkpoint=PREFIX --output=model.tflite`.

Beside the file goes the recipe that made it.
"""

import contextlib
import dataclasses
import hashlib
import json
import re
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np

from dbdgan_tf import __version__
from dbdgan_tf.atomic_file import write_bytes
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option
from dbdgan_tf.conversion import ConversionError
from dbdgan_tf.data.layouts import list_images
from dbdgan_tf.model_file.flat_graph import read_graph
from dbdgan_tf.model_file.metadata import ModelMetadata, embed_metadata, weights_checksum
from dbdgan_tf.models.serialization import Network, load_network, network_files, read_network_json
from dbdgan_tf.photo import ImageInputError, read_image, resize

VARIANTS = ("float32", "float16", "dynamic", "int8", "qat_int8")
IO_TYPES = ("float32", "uint8")
_ABSOLUTE_PATH = re.compile(r"(^|[=,:])/(?:[^/,]*/)*([^/,]*)")
_TOOLS = ("tensorflow", "keras", "ai-edge-litert", "litert-quantizer")


@dataclasses.dataclass(frozen=True)
class ConversionConfig:
    """What to convert and how."""

    checkpoint: str = option(REQUIRED, "PREFIX of PREFIX.weights.h5 and PREFIX.json.")
    output: str = option(REQUIRED, "The .tflite file; its recipe is written beside it.")
    variant: str = option(
        "float32",
        "Types inside the file. int8: quantized after training; qat_int8: after a fine-tuning for int8.",
        VARIANTS,
    )
    io: str = option(
        "float32",
        "float32: scaled RGB in, probability out. uint8 (int8 variants): raw RGB in, probability * 256 out.",
        IO_TYPES,
    )
    image_size: tuple[int, int] | None = option(
        None, "Height and width, multiples of 32; the checkpoint's if not given.", at_least=32
    )
    representative_dir: str | None = option(None, "Photos that show the int8 quantizer its ranges.")
    representative_count: int = option(100, "How many of them.", at_least=1)
    seed: int = option(0, "Of their choice.")
    temperature: float = option(
        1.0, "Of 'calibration' in trainers.evaluate's metrics.json; 1: none.", at_least=0.1, at_most=10
    )
    licence: str = option("MIT", "Licence of the weights.")
    placeholder: bool = option(False, "Mark the weights as not meant for use.")

    def __post_init__(self):
        for name, allowed in (("variant", VARIANTS), ("io", IO_TYPES)):
            if (value := getattr(self, name)) not in allowed:
                raise ValueError(f"Unknown {name}. Received: {value!r}. Allowed: {', '.join(allowed)}.")
        if self.io == "uint8" and not self.variant.endswith("int8"):
            raise ValueError(f"io=uint8 needs variant int8 or qat_int8. Received: {self.variant!r}.")
        if self.variant == "int8" and not self.representative_dir:
            raise ValueError("The variant int8 needs photos to calibrate with: give representative_dir.")


@dataclasses.dataclass(frozen=True)
class ConversionResult:
    """A .tflite file in memory, with the metadata that is embedded in it and, JSON-ready, how it was made."""

    model: bytes
    metadata: ModelMetadata
    recipe: dict

    def save(self, path):
        """Writes NAME.tflite and, beside it, its recipe NAME.tflite.json, atomically; returns both paths."""
        path = Path(path)
        # NAME.json alone could be the checkpoint's own description.
        recipe_path = path.with_name(path.name + ".json")
        write_bytes(recipe_path, json.dumps(self.recipe, indent=2, sort_keys=True) + "\n")
        write_bytes(path, self.model)
        return path, recipe_path


def convert(config, network=None):
    """Converts a student by a `ConversionConfig` to a `ConversionResult`; nothing is written.

    `network` is a `Network` in place of the checkpoint's. Raises a `ConversionError` if the converter refuses
    or a byte of raw input would not be exact, a ValueError if the checkpoint or the photos are not usable.
    """
    network = network or load_checkpoint(config)
    lead = _lead(network.input_scaling) if config.io == "uint8" else None
    content = _run_converter(config, network, lead)
    metadata = _describe(config, network, lead)
    if config.io == "uint8":
        _check_raw_input(content, metadata)
    content = embed_metadata(content, metadata)
    about = {"source_checksum": network.checksum, "bytes": len(content)}
    about["sha256"] = hashlib.sha256(content).hexdigest()
    return ConversionResult(content, metadata, {**metadata.recipe, **about})


def load_checkpoint(config):
    """Loads a `Network` as the variant needs it."""
    if config.variant == "qat_int8":
        from dbdgan_tf.quantization import load_network_for_conversion

        return load_network_for_conversion(config.checkpoint, config.image_size)
    overrides = {"image_size": tuple(config.image_size)} if config.image_size else {}
    model, student = load_network(config.checkpoint, batch_size=1, **overrides)
    weights, _ = network_files(config.checkpoint)
    name = f"{student.encoder}-{getattr(student, 'decoder', 'teacher')}"
    training = read_network_json(config.checkpoint)["metadata"]
    size = tuple(model.input_shape[1:3])
    return Network(model, size, student.input_scaling, name, training, weights_checksum(weights))


def _run_converter(config, network, lead):
    from dbdgan_tf.conversion.tensorflow_export import export, quantize_dynamic, split_byte_conversions

    if config.variant == "dynamic":
        return quantize_dynamic(export(network.model, network.image_size, "float32"))
    source = None
    if config.variant == "int8":
        scale = network.input_scaling.apply if lead is None else np.float32
        source = _representative_feeds(config, network.image_size, scale)
    content = export(network.model, network.image_size, config.variant, config.io, source, lead)
    return split_byte_conversions(content) if config.io == "uint8" else content


def _representative_feeds(config, image_size, scale):
    """A generator function of the quantizer's kind: yields [scaled image (1, H, W, 3) float32].

    The images are a random choice of a folder's photographs (not of its sub-folders). For raw input one
    corner of each is painted with 0 and 255: then the range of the input is exactly that of a byte.
    """
    paths, images = list(list_images(config.representative_dir)), []
    for index in np.random.default_rng(config.seed).permutation(len(paths)):
        with contextlib.suppress(ImageInputError):
            pixels = np.array(resize(read_image(paths[index], image_size), image_size))
            if config.io == "uint8":
                pixels[0, 0], pixels[0, 1] = 0, 255
            images.append(pixels)
        if len(images) == config.representative_count:
            break
    if not images:
        raise ValueError(
            f"No readable image to calibrate with. Received: {config.representative_dir}. Allowed: photos."
        )
    return lambda: ([np.asarray(scale(pixels), np.float32)[None]] for pixels in images)


def _lead(scaling):
    """(factor, offset) of a leading layer, or None where the input's own quantization can do the scaling.

    It can if all channels share a whole mean (the zero point) and one std (the scale).
    """
    mean, std = scaling.mean, scaling.std
    if len(set(mean)) == len(set(std)) == 1 and mean[0] == int(mean[0]) and 0 <= mean[0] <= 255:
        return None
    return 1 / np.array(std), -np.array(mean) / np.array(std)


def _describe(config, network, lead):
    scaling = network.input_scaling
    recipe = {
        "conversion": dataclasses.asdict(config), "image_size": list(network.image_size),
        "scaling_layer_in_graph": lead is not None, "tools": {name: _version(name) for name in _TOOLS},
        "training": network.training,
    }  # fmt: skip
    return ModelMetadata(
        name=network.name,
        input_mean=scaling.mean if lead is None else (0, 0, 0),
        input_std=scaling.std if lead is None else (1, 1, 1),
        input_layout="raw uint8 RGB" if config.io == "uint8" else "scaled float32 RGB",
        variant=config.variant, temperature=config.temperature, licence=config.licence, version=__version__,
        source_checksum=network.checksum,
        recipe=without_folders(recipe), metrics=network.training.get("validation", {}),
        placeholder=config.placeholder,
    )  # fmt: skip


def without_folders(value):
    """Shortens absolute paths to their last part: a recipe travels, the folders of one machine do not."""
    if isinstance(value, dict):
        return {key: without_folders(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_folders(entry) for entry in value]
    return _ABSOLUTE_PATH.sub(r"\1\2", value) if isinstance(value, str) else value


def _check_raw_input(content, metadata):
    graph = read_graph(content)
    tensor = graph.tensors[graph.inputs[0]]
    mean, std = metadata.input_mean[0], metadata.input_std[0]
    ends = np.array([0, 255])
    error = np.abs((ends - tensor.zero_points[0]) * tensor.scales[0] - (ends - mean) / std).max()
    if tensor.dtype != "uint8" or error > 1e-3 / std:
        raise ConversionError(
            f"The input does not take raw bytes exactly: {tensor.dtype}, scale {tensor.scales}, zero point "
            f"{tensor.zero_points}; needed: scale {1 / std}, zero point {mean}."
        )


def run(config):
    """Converts and writes the file and its recipe."""
    result = convert(config)
    path, recipe = result.save(config.output)
    print(f"{path}: {config.variant}, {len(result.model) / 1e6:.2f} MB; recipe: {recipe}")


def main(arguments=None):
    start(ConversionConfig, run, arguments)


def _version(name):
    try:
        return installed_version(name)
    except ImportError:
        return None


if __name__ == "__main__":
    main()
