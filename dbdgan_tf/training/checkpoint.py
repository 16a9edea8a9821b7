"""The whole state of a run in one file, written so that a kill at any moment leaves a good one."""

import json
import os
import re
from collections import Counter
from pathlib import Path

import keras
import numpy as np

from dbdgan_tf.atomic_file import replacing
from dbdgan_tf.training.distribution import array_from_first, by_first

FILE_NAME = "checkpoint.npz"
_NUMBERED = re.compile(r"\b(distillation_gan|seed_generator|two_rate_adam|quantize_layer|[Aa]dam)_\d+")


def state_variables(run):
    """Every variable in `run.state_groups` by "GROUP/PATH", or "GROUP/PATH#2" where one path comes again."""
    named, seen = {}, Counter()
    for group, variables in run.state_groups.items():
        for variable in variables:
            # Keras numbers parts of one name by how many of them the process had before.
            path = _NUMBERED.sub(r"\1", getattr(variable, "path", variable.name))
            seen[group, path] += 1
            number = f"#{seen[group, path]}" if seen[group, path] > 1 else ""
            named[f"{group}/{path}{number}"] = variable
    return named


def save_checkpoint(folder, gan, progress):
    """Writes the state of a compiled `DistillationGAN` and its progress (JSON types); the file's path."""
    path = Path(folder) / FILE_NAME
    arrays = {name: keras.ops.convert_to_numpy(variable) for name, variable in state_variables(gan).items()}
    with replacing(path) as partial, open(partial, "wb") as file:
        np.savez(file, progress=np.frombuffer(json.dumps(progress).encode(), np.uint8), **arrays)
        file.flush()
        os.fsync(file.fileno())
    return path


def restore_checkpoint(folder, gan):
    """Puts a saved state, read by process 0 alone, back into a run; the progress that was saved with it."""
    variables, stored = state_variables(gan), {}
    progress = by_first(lambda: _read(Path(folder) / FILE_NAME, variables, stored))
    for name, variable in variables.items():
        variable.assign(array_from_first(stored.get(name), variable))
    return progress


def differing_names(arrays, variables):
    """What only one of two dicts has, or what has another shape."""
    return sorted(arrays.keys() ^ variables.keys()) or [
        f"{name} {arrays[name].shape}" for name, variable in variables.items()
        if arrays[name].shape != tuple(variable.shape)
    ]  # fmt: skip


def _read(path, variables, into):
    if not path.exists():
        raise FileNotFoundError(f"No checkpoint to resume from. Received: {path}.")
    with np.load(path) as stored:
        into.update(stored)
    progress = into.pop("progress", None)
    if differing := differing_names(into, variables):
        raise ValueError(
            f"{path} holds other tensors than this run. Received: {', '.join(differing[:3])} "
            f"({len(differing)} in all). Resume with the flags the run was started with."
        )
    return json.loads(progress.tobytes())
