"""Writes the golden files of a model: `python -m tflite.golden.make model.tflite --output_dir=DIR`.

An app bundles DIR as assets and its self-test compares the device with it; the browser demo is built from it.
"""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option
from tflite.golden.check import CONTRACT_FILE, CONTRACT_VERSION, GoldenError, resize

PICTURES = Path(__file__).resolve().parent / "pictures"
# Of the photo to the model's size, and of the map to the photo's.
RESIZE = {
    "shrink": "area", "grow": "bilinear_half_pixel", "shrink_when": "no side grows", "round": "to nearest",
}  # fmt: skip
INPUT_TOLERANCE = {"max": 2, "mean": 0.25}
# They leave room for what processors do differently, and one more level for the 8-bit golden maps.
TOLERANCES = {
    "float": {
        "cpu": {"max": 0.03, "mean": 0.006},
        "gpu": {"max": 0.12, "mean": 0.02},
        "npu": {"max": 0.12, "mean": 0.02},
    },
    "int8": {"cpu": {"max": 0.08, "mean": 0.012}, "npu": {"max": 0.16, "mean": 0.03}},
}


@dataclasses.dataclass(frozen=True)
class MakeConfig:
    """What to make from what."""

    model: str = option(REQUIRED, "one .tflite file, metadata embedded", words=True)
    output_dir: str = option(REQUIRED, "Folder to write.")
    with_model: bool = option(True, "Also copy the model beside the golden files.")


def run(config):
    """Makes the golden files with the library's own detector on one thread."""
    from dbdgan_tf.inference import BlurDetector

    detector = BlurDetector(config.model, num_threads=1)
    folder = Path(config.output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    model = _describe(Path(config.model), detector)
    if config.with_model:
        shutil.copyfile(config.model, folder / model["file"])
    contract = {
        "contract_version": CONTRACT_VERSION, "model": model, "resize": RESIZE,
        "input_tolerance": INPUT_TOLERANCE, "tolerances": TOLERANCES[model["arithmetic"]],
        "cases": [_make_case(path, detector, folder) for path in sorted(PICTURES.glob("*.png"))],
    }  # fmt: skip
    (folder / CONTRACT_FILE).write_text(json.dumps(contract, indent=2) + "\n")
    return contract


def _make_case(path, detector, folder):
    from dbdgan_tf.photo import to_rgb, write_image, write_map

    photo = to_rgb(path)
    pixels = resize(photo, *detector.image_size, RESIZE)
    small_map = detector.small_map(pixels)
    case = {
        "picture": path.name,
        "input": f"{path.stem}.input.png",
        "map": f"{path.stem}.map.png",
        "in_focus_share": round(float((small_map < 0.5).mean()), 4),
    }
    shutil.copyfile(path, folder / case["picture"])
    write_image(folder / case["input"], pixels)
    write_map(folder / case["map"], small_map)
    return case


def _describe(path, detector):
    from dbdgan_tf.inference import LiteRTModel

    about, content = detector.metadata, path.read_bytes()
    tensors = LiteRTModel(content, num_threads=1)
    kind, (height, width) = str(tensors.input.dtype), detector.image_size
    levels = np.resize(np.arange(256, dtype=np.uint8).repeat(3), (height, width, 3))
    takes_pixels = kind == "uint8" and np.array_equal(detector.prepare(levels), levels)
    if kind != "float32" and not takes_pixels:
        allowed = "float32, uint8 that takes pixels as they are"
        raise GoldenError(f"No contract for the input type. Received: {kind}. Allowed: {allowed}.")
    quantized = tensors.output.quantized
    return {
        "file": path.name,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **{name: getattr(about, name) for name in ("name", "variant", "licence", "placeholder")},
        "kind": kind,
        "arithmetic": "float" if about.variant in ("float32", "float16") else "int8",
        "height": height,
        "width": width,
        "mean": list(about.input_mean),
        "std": list(about.input_std),
        "polarity": about.polarity,
        "output_scale": tensors.output.scale if quantized else 1.0,
        "output_zero_point": tensors.output.zero_point if quantized else 0,
    }


def main(config):
    golden = run(config)
    print(f"{config.output_dir}: {len(golden['cases'])} pictures, {golden['model']['kind']} input")


if __name__ == "__main__":
    start(MakeConfig, main)
