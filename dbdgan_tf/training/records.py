"""What is written beside every checkpoint: configuration, versions and the git revision."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from dbdgan_tf.atomic_file import write_bytes
from dbdgan_tf.training.checkpoint import FILE_NAME as CHECKPOINT
from dbdgan_tf.training.configuration import to_dict

FILE_NAME = "config.json"
_PACKAGES = ("dbdgan_tf", "keras", "tensorflow", "jax", "numpy", "keras-cv")
# What may differ between a run and its continuation.
_FREE = {
    "run": (
        "resume",
        "overwrite",
        "max_minutes",
        "fit_minutes",
        "output_dir",
        "tensorboard",
        "report_speed",
    ),  # fmt: skip
    # The networks take any size: small photographs first, large ones to the end, is a cheap schedule.
    "data": ("workers", "cache", "image_size"),
    "qat": ("pick",),
}


class ConfigMismatchError(ValueError):
    """A run was resumed with other flags than it was started with."""


def provenance():
    """The git revision, the versions of what matters and the command, as JSON types."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return {"git_revision": _git_revision(), "versions": versions, "arguments": sys.argv[1:]}


def write_record(folder, config):
    """Writes config.json.

    Args:
        folder: Output folder of the run.
        config: A `TeacherRun` or `DistillRun`.

    Returns:
        What was written, as a dict.
    """
    record = {"run": type(config).__name__, "config": to_dict(config), **provenance()}
    write_bytes(Path(folder) / FILE_NAME, json.dumps(record, indent=2) + "\n")
    return record


def claim_folder(config):
    """Refuses to write over another run, or to resume one with other flags.

    Args:
        config: A run's configuration.

    Returns:
        The output folder, as a path.

    Raises:
        FileExistsError: If the folder holds a run that is neither resumed nor given up.
        ConfigMismatchError: If a run is resumed with flags that change what it is.
    """
    folder = Path(config.run.output_dir)
    if config.run.resume:
        check_same_config(folder, config)
    elif (folder / CHECKPOINT).exists() and not config.run.overwrite:
        raise FileExistsError(
            f"There is a run in the output folder. Received: {folder}. "
            "Allowed: --resume to go on, --overwrite to start anew, or another --output_dir."
        )
    return folder


def check_same_config(folder, config):
    """Refuses to resume a run with flags that change what it is.

    Args:
        folder: Output folder of the run.
        config: The present configuration.

    Raises:
        ConfigMismatchError: Naming every flag that differs.
    """
    path = Path(folder) / FILE_NAME
    if not path.exists():
        return
    before = json.loads(path.read_text(encoding="utf-8"))["config"]
    now = json.loads(json.dumps(to_dict(config)))
    # Options that a later version added had their defaults in a run that does not know them.
    defaults = json.loads(json.dumps(to_dict(type(config)())))
    before = {group: {**defaults[group], **before.get(group, {})} for group in now}
    differing = [
        f"--{name}: was {before[group][name]!r}, is {value!r}"
        for group, values in now.items()
        for name, value in values.items()
        if name not in _FREE.get(group, ()) and before[group][name] != value
    ]
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
