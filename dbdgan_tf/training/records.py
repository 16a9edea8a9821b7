"""What is written beside every checkpoint: configuration, versions and the git revision."""

import contextlib
import csv
import dataclasses
import importlib.metadata
import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

from dbdgan_tf.atomic_file import TEMPORARY, write_json
from dbdgan_tf.text_file import read_json, read_text
from dbdgan_tf.training.checkpoint import FILE_NAME as CHECKPOINT

FILE_NAME = "config.json"
TRAINED_ON = "trained_on.txt"
_PACKAGES = ("dbdgan_tf", "keras", "tensorflow", "jax", "numpy", "keras-cv")
# What may differ between a run and its continuation.
_FREE = {
    "run": ("resume", "overwrite", "max_minutes", "fit_minutes", "output_dir", "tensorboard", "report_speed"),
    # The networks take any size: small photographs first, large ones to the end, is a cheap schedule.
    "data": ("workers", "cache", "image_size"),
    "qat": ("pick",),
    "distribution": ("devices", "coordinator", "processes", "process_index", "join_minutes"),
}


class ConfigMismatchError(ValueError):
    """A run was resumed with other flags than it was started with."""


def provenance():
    """The git revision, the versions of what matters and the command, as JSON types."""
    versions = dict.fromkeys(_PACKAGES)
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {"git_revision": _git_revision(), "versions": versions, "arguments": sys.argv[1:]}


def write_record(folder, config):
    """Writes config.json; returns what was written."""
    record = {"run": type(config).__name__, "config": dataclasses.asdict(config), **provenance()}
    write_json(Path(folder) / FILE_NAME, record)
    return record


def forget_later_epochs(path, epochs):
    """Drops from a CSV file what a killed run logged after its last checkpoint: those epochs come again."""
    if not path.exists():
        return
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    kept = rows[:1] + [row for row in rows[1:] if row and int(row[0]) < epochs]
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(kept)


def write_trained_on(folder, samples):
    """Writes the stems of a run's photographs with masks, one a line; see `read_trained_on`."""
    stems = sorted({sample.stem for sample in samples if sample.mask is not None})
    (Path(folder) / TRAINED_ON).write_text("".join(f"{stem}\n" for stem in stems), encoding="utf-8")


def fingerprint(samples):
    """Number of samples and a checksum of their names, in order."""
    rows = [f"{s.stem} {s.image.name} {s.mask and s.mask.name} {s.polarity} {s.sharp}" for s in samples]
    return [len(rows), f"{zlib.crc32('|'.join(rows).encode()):08x}"]


def read_trained_on(network):
    """The stems that `write_trained_on` wrote beside a network PREFIX; a ValueError without a list."""
    path = Path(network).parent / TRAINED_ON
    if not path.is_file():
        raise ValueError(
            f"It is not known on which photographs {network} was trained. Received: no {path}. "
            "Allowed: networks in the folders that trainers.teacher and trainers.distill write."
        )
    return set(read_text(path).split("\n")) - {""}


def claim_folder(config):
    """The output folder; refuses to write over another run, or to resume one with other flags."""
    folder = Path(config.run.output_dir)
    if config.run.resume:
        check_same_config(folder, config)
    elif (folder / CHECKPOINT).exists() and not config.run.overwrite:
        raise FileExistsError(
            f"There is a run in the output folder. Received: {folder}. "
            "Allowed: --resume to go on, --overwrite to start anew, or another --output_dir."
        )
    for left in folder.glob(f"{TEMPORARY}*"):
        # Half a file of a run that was killed.
        shutil.rmtree(left, ignore_errors=True)
    return folder


def check_same_config(folder, config):
    """Raises a `ConfigMismatchError` naming every flag of a resumed run that changes what it is."""
    path = Path(folder) / FILE_NAME
    if not path.exists():
        return
    recorded = read_json(path)["config"]
    # Options that a later version added had their defaults in a run that does not know them.
    now, defaults = (json.loads(json.dumps(dataclasses.asdict(one))) for one in (config, type(config)()))
    differing = []
    for group, values in now.items():
        before = {**defaults[group], **recorded.get(group, {})}
        for name, value in values.items():
            if name not in _FREE.get(group, ()) and before[name] != value:
                differing.append(f"--{name}: was {before[name]!r}, is {value!r}")
    if differing:
        raise ConfigMismatchError(
            "A run is resumed with the flags it was started with. Received: " + "; ".join(differing) + "."
        )


def _git_revision():
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        here = Path(__file__).resolve().parent
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
