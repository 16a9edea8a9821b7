"""Keeps the contract as a phone would: `python -m tflite.golden.check GOLDEN_DIR [--model=model.tflite]`.

Reads only contract.json and the golden files, and runs the model with LiteRT; nothing of dbdgan_tf is
imported, so what the contract says must be enough. The exit code is 1 if a map is out of tolerance.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

CONTRACT_FILE = "contract.json"
CONTRACT_VERSION = 2


class GoldenError(ValueError):
    """A golden folder or model that cannot be used."""


def read_contract(folder):
    """Reads contract.json."""
    path = Path(folder) / CONTRACT_FILE
    if not path.is_file():
        raise GoldenError(f"There is no {CONTRACT_FILE}. Received: {folder}. tflite.golden.make makes it.")
    contract = json.loads(path.read_text())
    version = contract.get("contract_version")
    if version != CONTRACT_VERSION:
        raise GoldenError(f"Unknown contract. Received: version {version!r}. Allowed: {CONTRACT_VERSION}.")
    return contract


def run(golden_dir, model_file=None):
    """Runs every golden picture through the contract: {"cases": differences, "failures": sentences}."""
    folder = Path(golden_dir)
    contract = read_contract(folder)
    model = contract["model"]
    path = Path(model_file or folder / model["file"])
    interpreter = _open_model(path, model)
    failures = []
    if hashlib.sha256(path.read_bytes()).hexdigest() != model["sha256"]:
        failures.append("the model is not the file that the golden maps were made with (other SHA-256)")
    tolerance = contract["tolerances"]["cpu"]
    limits = {"input": contract["input_tolerance"], "map": tolerance, "picture_to_map": tolerance}
    cases = []
    for case in contract["cases"]:
        differences = _compare(case, folder, contract, interpreter)
        cases.append({"picture": case["picture"], **differences})
        failures += [
            f"{case['picture']}, {name}: {differences[name]}; allowed: {limit}"
            for name, limit in limits.items()
            if any(differences[name][key] > limit[key] for key in limit)
        ]
    return {"cases": cases, "failures": failures}


def resize(picture, height, width, rule):
    """Brings a uint8 (H, W, 3) picture to the model's size by the contract's rule."""
    shrinks = picture.shape[0] >= height and picture.shape[1] >= width
    methods = {"area": cv2.INTER_AREA, "bilinear_half_pixel": cv2.INTER_LINEAR}
    return cv2.resize(picture, (width, height), interpolation=methods[rule["shrink" if shrinks else "grow"]])


def _feed(pixels, model):
    if model["kind"] == "uint8":
        return pixels[None]
    mean, std = np.float32(model["mean"]), np.float32(model["std"])
    return ((pixels.astype(np.float32) - mean) / std)[None]


def _read_map(output, model):
    values = output[0, :, :, 0].astype(np.float32)
    if model["kind"] == "uint8":
        values = (values - model["output_zero_point"]) * np.float32(model["output_scale"])
    values = np.clip(values, 0, 1)
    return values if model["polarity"] == "blur" else 1 - values


def _compare(case, folder, contract, interpreter):
    model = contract["model"]
    expected_pixels = _read_png(folder / case["input"])
    expected_map = _read_png(folder / case["map"], cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255

    def detect(pixels):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], _feed(pixels, model))
        interpreter.invoke()
        return _read_map(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), model)

    pixels = resize(_read_png(folder / case["picture"]), model["height"], model["width"], contract["resize"])
    return {
        "input": _difference(pixels, expected_pixels),
        "map": _difference(detect(expected_pixels), expected_map),
        "picture_to_map": _difference(detect(pixels), expected_map),
    }


def _difference(own, expected):
    """Largest and mean absolute difference; infinite where shapes differ or a value is not finite."""
    if own.shape != expected.shape or not np.all(np.isfinite(own)):
        return {"max": float("inf"), "mean": float("inf")}
    error = np.abs(own.astype(np.float64) - expected)
    return {"max": float(error.max()), "mean": float(error.mean())}


def _open_model(path, model):
    if not path.is_file():
        raise GoldenError(f"There is no model. Received: {path}. Allowed: --model=FILE.tflite.")
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=2)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise GoldenError(f"LiteRT cannot load {path}: {error}") from error
    entry = interpreter.get_input_details()[0]
    received = f"{entry['shape'].tolist()} {np.dtype(entry['dtype']).name}"
    wanted = f"{[1, model['height'], model['width'], 3]} {model['kind']}"
    if received != wanted:
        raise GoldenError(f"The model takes other input. Received: {received}. Allowed: {wanted}.")
    return interpreter


def _read_png(path, flag=cv2.IMREAD_COLOR_RGB):
    image = cv2.imread(str(path), flag)
    if image is None:
        raise GoldenError(f"Cannot read the golden picture {path.name} in {path.parent}.")
    return image


def main():
    about = "Checks that this machine keeps a contract."
    parser = argparse.ArgumentParser("tflite.golden.check", description=about)
    parser.add_argument("golden_dir", help="folder that tflite.golden.make wrote")
    parser.add_argument("--model", help="the .tflite file; the one in the folder if not given")
    options = parser.parse_args()
    try:
        report = run(options.golden_dir, options.model)
    except (ValueError, OSError) as error:
        sys.exit(f"tflite.golden.check: {error}")
    for case in report["cases"]:
        parts = (f"{name} max {case[name]['max']:.4f}" for name in ("input", "map", "picture_to_map"))
        print(f"{case['picture']}: {', '.join(parts)}")
    if report["failures"]:
        sys.exit("tflite.golden.check: FAILED\n  " + "\n  ".join(report["failures"]))
    print("tflite.golden.check: the contract holds")


if __name__ == "__main__":
    main()
