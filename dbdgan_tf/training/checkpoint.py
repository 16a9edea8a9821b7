"""The whole state of a run in one file, written so that a kill at any moment leaves a good one."""

import json
import os
from pathlib import Path

import keras
import numpy as np

from dbdgan_tf.atomic_file import replacing

FILE_NAME = "checkpoint.npz"


def state_variables(gan):
    """Every variable a run depends on, in a fixed order: networks, spectral vectors, seeds, optimizers."""
    return [*gan.variables, *gan.optimizer.variables]


def save_checkpoint(folder, gan, progress):
    """Writes the state of a run.

    Args:
        folder: Where to; made if absent.
        gan: A compiled `DistillationGAN`.
        progress: JSON types to keep beside it, such as {"epoch": 3, "best": 0.91}.

    Returns:
        The path of the file.
    """
    path = Path(folder) / FILE_NAME
    arrays = {
        f"{index:05d}": keras.ops.convert_to_numpy(variable)
        for index, variable in enumerate(state_variables(gan))
    }
    with replacing(path) as partial, open(partial, "wb") as file:
        np.savez(file, progress=np.frombuffer(json.dumps(progress).encode(), np.uint8), **arrays)
        file.flush()
        os.fsync(file.fileno())
    return path


def restore_checkpoint(folder, gan):
    """Puts a saved state back into a run that was built from the same configuration.

    Args:
        folder: A folder that `save_checkpoint` wrote to.
        gan: A compiled `DistillationGAN`.

    Returns:
        The progress that was saved with it.

    Raises:
        FileNotFoundError: If there is no checkpoint.
        ValueError: If it belongs to other networks.
    """
    path = Path(folder) / FILE_NAME
    if not path.exists():
        raise FileNotFoundError(f"No checkpoint to resume from. Received: {path}.")
    variables = state_variables(gan)
    with np.load(path) as stored:
        if len(stored.files) - 1 != len(variables):
            raise ValueError(
                f"{path} holds {len(stored.files) - 1} tensors and this run has {len(variables)}. "
                "Resume with the flags the run was started with."
            )
        for index, variable in enumerate(variables):
            value = stored[f"{index:05d}"]
            if tuple(value.shape) != tuple(variable.shape):
                raise ValueError(
                    f"{path} does not fit {variable.path}. Received: shape {value.shape}. "
                    f"Allowed: {tuple(variable.shape)}. Resume with the flags the run was started with."
                )
            variable.assign(value)
        return json.loads(stored["progress"].tobytes())
