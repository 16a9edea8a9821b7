"""State dicts of PyTorch networks in Keras layout."""

import dataclasses

import numpy as np

NORM_LEAVES = ("weight", "bias", "running_mean", "running_var")
# Layout changes from PyTorch to Keras.
CONV = (2, 3, 1, 0)  # OIHW -> HWIO
DEPTHWISE = (2, 3, 0, 1)  # O1HW -> HWO1
TRANSPOSED_CONV = (2, 3, 1, 0)  # IOHW -> HWOI


@dataclasses.dataclass(frozen=True)
class MappingReport:
    """What became of a checkpoint: how many tensors were used; sorted keys without a place in our graph."""

    used: int
    unused: tuple[str, ...]

    def __str__(self):
        names = "".join(f"\n  {key}" for key in self.unused)
        return f"{self.used} official tensors used, {len(self.unused)} unused{':' if names else '.'}{names}"


class StateReader:
    """Hands out a state dict's tensors in Keras layout and remembers which were asked for."""

    def __init__(self, state):
        self._state = state
        self._used = set()

    def tensor(self, key, axes=None):
        """One tensor, its axes permuted."""
        if key not in self._state:
            raise ValueError(f"The checkpoint lacks a tensor. Received: no {key!r}.")
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
