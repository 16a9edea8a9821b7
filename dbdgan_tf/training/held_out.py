"""Held-out photographs of every source, by which epochs are chosen."""

import dataclasses

import numpy as np

from dbdgan_tf.data.scenes import only_pairs
from dbdgan_tf.data.uniform_scenes import read_groups, uniform_photographs
from dbdgan_tf.photo import resize


@dataclasses.dataclass(frozen=True)
class UniformScenes:
    """Scenes sharp all over or blurred all over, at network size.

    Attributes:
        images: uint8 (N, H, W, 3), RGB.
        blurred: bool (N,).
    """

    images: np.ndarray
    blurred: np.ndarray

    @classmethod
    def read(cls, folder, list_path, image_size):
        """Reads what a list of `sharp STEM` and `blurred STEM` names; see `read_groups`."""
        found = list(uniform_photographs(folder, read_groups(list_path)))
        images = np.stack([resize(image, image_size) for *_, image in found])
        return cls(images, np.array([group == "blurred" for _, group, _, _ in found]))

    def error(self, predict, batch_size):
        """The share of pixels on the wrong side of 0.5, both kinds alike, 0..1."""
        batches = range(0, len(self.images), batch_size)
        maps = np.concatenate([np.asarray(predict(self.images[i : i + batch_size])) for i in batches])
        wrong = ((maps >= 0.5) != self.blurred[:, None, None, None]).mean((1, 2, 3))
        return float(np.mean([wrong[self.blurred].mean(), wrong[~self.blurred].mean()]))


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """What a run is validated on.

    Attributes:
        sources: Dict name -> `BlurDataset` with every photograph of it once.
        uniform: `UniformScenes`, or None.
    """

    sources: dict
    uniform: UniformScenes | None = None

    @property
    def samples(self):
        """The samples of all sources, a tuple."""
        return tuple(sample for dataset in self.sources.values() for sample in dataset.samples)

    @property
    def pairs(self):
        """Names of the sources that hold scenes focused near and far and nothing else."""
        return [name for name, data in self.sources.items() if only_pairs([s.stem for s in data.samples])]

    def first_batch(self):
        """A batch to look at."""
        return next(iter(self.sources.values()))[0]
