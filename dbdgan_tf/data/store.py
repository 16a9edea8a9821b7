"""Decoded samples at network size, by index, optionally kept in memory."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from dbdgan_tf.photo import read_image, read_mask_uint8, resize
from dbdgan_tf.photo.masks import counted_pixels

_CHANNELS = {"images": 3, "segmentation_masks": 1, "counted": 1, "teacher_maps": 1}


class SampleStore:
    """Reads samples as uint8 arrays of one size, and teacher maps, `<stem>.png` (255 = blurred).

    `cache` keeps them in memory: 6 bytes per pixel and sample with teacher maps, 5 without (0.5 MB at
    320x320). With `masks_for_maps` a labelled sample's mask stands for a missing map.
    """

    def __init__(
        self, samples, image_size, cache=False, teacher_maps_dir=None, threads=2, masks_for_maps=False
    ):
        self.samples = tuple(samples)
        self.image_size = self.read_size = tuple(image_size)
        self.teacher_maps = _teacher_maps(self.samples, teacher_maps_dir, masks_for_maps)
        keys = list(_CHANNELS)[: 4 if self.teacher_maps else 3]
        shape = (len(self.samples), *self.image_size)
        self._cached = {key: np.empty((*shape, _CHANNELS[key]), np.uint8) for key in keys} if cache else None
        self._filled = np.zeros(len(self.samples), bool)
        self._pool = ThreadPoolExecutor(threads)

    def read(self, indices):
        """Dict of uint8 arrays: images (B, H, W, 3), segmentation_masks, counted and teacher_maps, if any.

        segmentation_masks (B, H, W, 1) have 255 = blurred and 0 where unlabelled or sharp; counted 255 where
        a pixel counts and less where it holds any that its mask ignores.
        """
        if self._cached is None:
            loaded = list(self._pool.map(self._load, indices))
            return {key: np.stack([sample[key] for sample in loaded]) for key in loaded[0]}
        list(self._pool.map(self._fill, (index for index in indices if not self._filled[index])))
        return {key: array[indices] for key, array in self._cached.items()}

    def _fill(self, index):
        for key, array in self._load(index).items():
            self._cached[key][index] = array
        self._filled[index] = True

    def _load(self, index):
        sample = self.samples[index]
        image = read_image(sample.image, target_size=self.read_size)
        size = self._decoded_size(image.shape[:2])
        loaded = {"images": resize(image, size)}
        mask = None if sample.mask is None else read_mask_uint8(sample.mask, "blur")
        counted = None if mask is None else counted_pixels(mask)
        # What does not count is black: its level must not bleed into the truth beside it.
        if mask is None:
            loaded["segmentation_masks"] = np.zeros((*size, 1), np.uint8)
        else:
            mask = mask if sample.polarity == "blur" else 255 - mask
            loaded["segmentation_masks"] = _resized(mask if counted is None else mask * counted, size)
        whole = np.full((*size, 1), 255, np.uint8)
        loaded["counted"] = whole if counted is None else _resized(counted.astype(np.uint8) * 255, size)
        if self.teacher_maps:
            path = self.teacher_maps[index]
            loaded["teacher_maps"] = (
                loaded["segmentation_masks"] if path is None else _resized(read_mask_uint8(path), size)
            )
        return loaded

    def _decoded_size(self, shape):
        del shape
        return self.image_size


def _resized(plane, size):
    return resize(plane, size)[..., None]


def _teacher_maps(samples, folder, masks_for_maps):
    if folder is None:
        return ()
    shared = [stem for stem, count in Counter(sample.stem for sample in samples).items() if count > 1]
    if shared:
        raise ValueError(
            f"{len(shared)} file names occur more than once, so their teacher maps cannot be told apart: "
            f"{', '.join(shared[:5])}. Rename the photographs of one data set."
        )
    paths = [Path(folder) / f"{sample.stem}.png" for sample in samples]
    # What is known to be sharp needs no teacher, and a teacher may be wrong about it.
    found = tuple(None if s.sharp or not p.is_file() else p for p, s in zip(paths, samples, strict=True))
    stands_in = [sample.sharp or (masks_for_maps and sample.labelled) for sample in samples]
    missing = [p.name for p, kept, own in zip(paths, found, stands_in, strict=True) if not (kept or own)]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(paths)} samples have no teacher map in {folder}: {', '.join(missing)}. "
            "Make them with python -m trainers.predict, or let masks stand for those of labelled samples."
        )
    return found
