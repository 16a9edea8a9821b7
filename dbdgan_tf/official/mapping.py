"""Official PyTorch checkpoints to weights by our layer names: what student and teacher share."""

import dataclasses

import numpy as np

NORM_LEAVES = ("weight", "bias", "running_mean", "running_var")
# Layout changes from PyTorch to Keras.
CONV = (2, 3, 1, 0)  # OIHW -> HWIO
DEPTHWISE = (2, 3, 0, 1)  # O1HW -> HWO1
TRANSPOSED_CONV = (2, 3, 1, 0)  # IOHW -> HWOI


@dataclasses.dataclass(frozen=True)
class MappingReport:
    """What became of an official checkpoint.

    Args:
      used: number of official tensors that went into the model.
      unused: sorted official keys that our graph has no place for.
    """

    used: int
    unused: tuple[str, ...]

    def __str__(self):
        names = "".join(f"\n  {key}" for key in self.unused)
        return f"{self.used} official tensors used, {len(self.unused)} unused{':' if names else '.'}{names}"


def unwrap_state_dict(checkpoint):
    """The plain state dict inside a checkpoint.

    Args:
      checkpoint: a state dict or a dict that holds one under "model_state_dict" or "state_dict"; keys may
        carry the "module." of DataParallel; values are tensors or arrays.

    Returns:
      A dict key -> NumPy array.

    Raises:
      ValueError: if there is no dict of tensors.
    """
    for wrapper in ("model_state_dict", "state_dict"):
        if isinstance(checkpoint, dict) and wrapper in checkpoint:
            checkpoint = checkpoint[wrapper]
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f"A checkpoint is a dict of tensors. Received: {type(checkpoint).__name__}.")
    return {key.removeprefix("module."): np.asarray(value) for key, value in checkpoint.items()}


def read_checkpoint(path):
    """Reads an official .pth file: `torch.load(weights_only=True)`, or `read_torch_file` without torch.

    Args:
      path: a .pth file.

    Returns:
      A dict key -> NumPy array, unwrapped.

    Raises:
      ValueError: if the file is no checkpoint.
    """
    try:
        import torch
    except ImportError:
        from dbdgan_tf.models.torch_file import read_torch_file

        return unwrap_state_dict(read_torch_file(path))
    return unwrap_state_dict(torch.load(path, map_location="cpu", weights_only=True))


class StateReader:
    """Hands out a state dict's tensors in Keras layout and remembers which were asked for.

    Args:
      state: a dict key -> array, as `unwrap_state_dict` returns it.
    """

    def __init__(self, state):
        self._state = state
        self._used = set()

    def tensor(self, key, axes=None):
        """One tensor, its axes permuted."""
        if key not in self._state:
            raise ValueError(f"The official checkpoint lacks a tensor. Received: no {key!r}.")
        self._used.add(key)
        array = np.asarray(self._state[key], np.float32)
        return array if axes is None else np.transpose(array, axes)

    def conv(self, key, axes=CONV):
        """A convolution's [kernel], or [kernel, bias] where the checkpoint has a bias."""
        kernel = [self.tensor(f"{key}.weight", axes)]
        return [*kernel, self.tensor(f"{key}.bias")] if f"{key}.bias" in self._state else kernel

    def norm(self, key):
        """A batch normalisation's [gamma, beta, mean, variance]."""
        self._used.add(f"{key}.num_batches_tracked")
        return [self.tensor(f"{key}.{leaf}") for leaf in NORM_LEAVES]

    def report(self):
        """A `MappingReport` of what was asked for so far."""
        unused = tuple(sorted(set(self._state) - self._used))
        return MappingReport(used=len(self._used & set(self._state)), unused=unused)
