"""The contract of a model: one file, contract.json, that Python writes and phones and browsers read."""

import json
from pathlib import Path

CONTRACT_FILE = "contract.json"
CONTRACT_VERSION = 2
# Of the photo to the model's size, and of the map to the photo's.
RESIZE = {
    "shrink": "area",
    "grow": "bilinear_half_pixel",
    "shrink_when": "no side grows",
    "round": "to nearest",
}
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


class GoldenError(ValueError):
    """A golden folder or model that cannot be used."""


def write_contract(folder, model, cases):
    """Writes contract.json and returns its content."""
    contract = {
        "contract_version": CONTRACT_VERSION, "model": model, "resize": RESIZE,
        "input_tolerance": INPUT_TOLERANCE, "tolerances": TOLERANCES[model["arithmetic"]], "cases": cases,
    }  # fmt: skip
    (folder / CONTRACT_FILE).write_text(json.dumps(contract, indent=2) + "\n")
    return contract


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
