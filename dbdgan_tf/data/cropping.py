"""Random crops of photographs before they are brought to network size, so that none becomes softer."""

import dataclasses
import math

import numpy as np

from dbdgan_tf.data.store import SampleStore
from dbdgan_tf.photo import resize


@dataclasses.dataclass(frozen=True)
class RandomCrop:
    """Windows that keep at least the share `smallest` of either side, by `probability`; else all is kept.

    None has fewer pixels than the network takes: magnified, it would soften what the mask calls sharp.
    """

    smallest: float = 0.6
    probability: float = 0.7

    def __post_init__(self):
        if not 0 < self.smallest <= 1 or not 0 <= self.probability <= 1:
            raise ValueError(
                f"Wrong crop. Received: smallest={self.smallest}, probability={self.probability}. "
                "Allowed: 0 < smallest <= 1 and 0 <= probability <= 1."
            )

    def window(self, draws, size, target):
        """Slices of rows and columns from five uniform numbers; `target` is the network's (height, width)."""
        if draws[0] >= self.probability:
            return slice(0, size[0]), slice(0, size[1])
        return tuple(self._span(draws[1 + i], draws[3 + i], size[i], target[i]) for i in (0, 1))

    def _span(self, length_draw, place_draw, side, target):
        least = min(side, max(target, math.ceil(self.smallest * side)))
        length = least + int(length_draw * (side - least + 1))
        start = int(place_draw * (side - length + 1))
        return slice(start, start + length)


class CropStore(SampleStore):
    """Reads random windows of samples; keeps whole photographs, no larger than the windows need."""

    def __init__(
        self, samples, image_size, crop, cache=False, teacher_maps_dir=None, threads=2, masks_for_maps=False
    ):
        super().__init__(samples, image_size, False, teacher_maps_dir, threads, masks_for_maps)
        self.crop = crop
        self.read_size = tuple(math.ceil(side / crop.smallest) for side in self.image_size)
        self._kept = {} if cache else None

    def read(self, indices, draws=None):
        """As `SampleStore.read`, of windows by `draws`, (B, 5) uniform numbers in 0..1; None: the whole."""
        draws = np.ones((len(indices), 5)) if draws is None else draws
        windows = list(self._pool.map(self._cut, indices, draws))
        return {key: np.stack([sample[key] for sample in windows]) for key in windows[0]}

    def _cut(self, index, draws):
        if self._kept is None:
            whole = self._load(index)
        elif index in self._kept:
            whole = self._kept[index]
        else:
            whole = self._kept[index] = self._load(index)
        rows, columns = self.crop.window(draws, whole["images"].shape[:2], self.image_size)
        return {key: _resized(array[rows, columns], self.image_size) for key, array in whole.items()}

    def _decoded_size(self, shape):
        return tuple(min(side, most) for side, most in zip(shape, self.read_size))


def _resized(array, size):
    resized = resize(np.ascontiguousarray(array), size)
    return resized if resized.ndim == 3 else resized[..., None]
