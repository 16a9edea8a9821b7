"""Decoded samples at network size, by index, whole or as random windows, optionally kept in memory."""

import dataclasses
import functools
import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from dbdgan_tf.photo import read_image, read_mask_uint8, resize
from dbdgan_tf.photo.masks import counted_pixels


@dataclasses.dataclass(frozen=True)
class RandomCrop:
    """Windows of at least the share `smallest` of either side, by `probability`; else all is kept.

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


class SampleStore:
    """Reads samples as uint8 arrays of one size, and teacher maps, `<stem>.png` (255 = blurred).

    `cache` keeps them in memory: 6 bytes per pixel and sample with teacher maps, 5 without (0.5 MB at
    320x320); with a `crop` whole photographs, no larger than its windows need. With `masks_for_maps` a
    labelled sample's mask stands for a missing map.
    """

    def __init__(
        self, samples, image_size, cache=False, teacher_maps_dir=None, threads=2, masks_for_maps=False,
        crop=None,
    ):  # fmt: skip
        self.samples, self.image_size, self.crop = tuple(samples), tuple(image_size), crop
        smallest = crop.smallest if crop else 1
        self._read_size = tuple(math.ceil(side / smallest) for side in self.image_size)
        self._teacher_maps = _teacher_maps(self.samples, teacher_maps_dir, masks_for_maps)
        self._load = functools.lru_cache(None if cache else 0)(self._load)
        self._pool = ThreadPoolExecutor(threads)

    def read(self, indices, draws=None):
        """Dict of uint8 arrays: images (B, H, W, 3), segmentation_masks, counted and teacher_maps, if any.

        Masks (B, H, W, 1) are 255 where blurred and 0 where unlabelled or sharp; counted is less than 255
        where a pixel holds any that its mask ignores. `draws` (B, 5), uniform in 0..1, place the windows;
        None: the whole.
        """
        draws = np.ones((len(indices), 5)) if draws is None else draws
        samples = list(self._pool.map(self._read, indices, draws))
        return {key: np.stack([sample[key] for sample in samples]) for key in samples[0]}

    def _read(self, index, draws):
        whole = self._load(index)
        if self.crop is None:
            return whole
        rows, columns = self.crop.window(draws, whole["images"].shape[:2], self.image_size)
        return {key: _resized(array[rows, columns], self.image_size) for key, array in whole.items()}

    def _load(self, index):
        sample = self.samples[index]
        image = read_image(sample.image, target_size=self._read_size)
        size = self.image_size if self.crop is None else tuple(map(min, image.shape, self._read_size))
        mask = None if sample.mask is None else read_mask_uint8(sample.mask, "blur")
        counted = None if mask is None else counted_pixels(mask)
        loaded = {"images": resize(image, size), "segmentation_masks": np.zeros((*size, 1), np.uint8)}
        if mask is not None:
            mask = mask if sample.polarity == "blur" else 255 - mask
            # What does not count is black: its level must not bleed into the truth beside it.
            loaded["segmentation_masks"] = _resized(mask if counted is None else mask * counted, size)
        whole = np.full((*size, 1), 255, np.uint8)
        loaded["counted"] = whole if counted is None else _resized(counted.astype(np.uint8) * 255, size)
        if self._teacher_maps:
            path = self._teacher_maps[index]
            loaded["teacher_maps"] = (
                loaded["segmentation_masks"] if path is None else _resized(read_mask_uint8(path), size)
            )
        return loaded


def _resized(array, size):
    resized = resize(np.ascontiguousarray(array), size)
    return resized if resized.ndim == 3 else resized[..., None]


def _teacher_maps(samples, folder, masks_for_maps):
    """The map's path of each sample, None where its mask stands for it; empty without a folder."""
    if folder is None:
        return ()
    shared = [stem for stem, count in Counter(sample.stem for sample in samples).items() if count > 1]
    if shared:
        raise ValueError(
            f"{len(shared)} file names occur more than once, so their teacher maps cannot be told apart: "
            f"{', '.join(shared[:5])}. Rename the photographs of one data set."
        )
    found, missing = [], []
    for sample in samples:
        path = Path(folder) / f"{sample.stem}.png"
        # What is known to be sharp needs no teacher, and a teacher may be wrong about it.
        found.append(path if path.is_file() and not sample.sharp else None)
        if found[-1] is None and not (sample.sharp or (masks_for_maps and sample.labelled)):
            missing.append(path.name)
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(samples)} samples have no teacher map in {folder}: "
            f"{', '.join(missing)}. Make them with python -m trainers.predict, or let masks stand for those "
            "of labelled samples."
        )
    return found
