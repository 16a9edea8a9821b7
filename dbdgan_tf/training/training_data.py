"""From data options to the batches of a run: training and held-out images."""

import dataclasses
import hashlib

import keras
from absl import logging

from dbdgan_tf.data.checking import check_samples
from dbdgan_tf.data.cropping import RandomCrop
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import find_samples, find_unlabelled, read_stems


class EpochOfSteps(keras.utils.PyDataset):
    """A data set with a fixed number of steps per epoch.

    Every epoch draws a new order and takes its first batches; where it has too few, they come again.

    Args:
        dataset: A `BlurDataset`.
        steps: Steps per epoch.
        **kwargs: As for `keras.utils.PyDataset`.
    """

    def __init__(self, dataset, steps, **kwargs):
        super().__init__(**kwargs)
        self.dataset, self.steps = dataset, steps

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        return self.dataset[index % len(self.dataset)]

    def set_epoch(self, epoch):
        """Takes the order of an epoch."""
        self.dataset.set_epoch(epoch)


def make_datasets(data, run, teacher_maps_dir=None, masks_for_maps=False):
    """Finds, checks and divides the images of a run.

    Args:
        data: A `DataOptions`.
        run: A `RunOptions`.
        teacher_maps_dir: Folder of cached teacher maps, or None.
        masks_for_maps: Where a labelled image has no teacher map its mask stands for it.

    Returns:
        A pair: batches to train on, and held-out batches (None if nothing is held out).

    Raises:
        BadDataError: If an image cannot be used and `on_bad_data` is "error".
        ValueError: If no data set was named.
    """
    training, held_out = divide(_labelled_samples(data), data)
    unlabelled = _unlabelled_samples(data)
    if unlabelled:
        training += check_samples(unlabelled, on_bad=data.on_bad_data)
    logging.info("%d images to train on, %d held out.", len(training), len(held_out))
    common = {"image_size": tuple(data.image_size), "cache": data.cache}
    dataset = BlurDataset(
        training, batch_size=data.batch_size, seed=run.seed, teacher_maps_dir=teacher_maps_dir or None,
        masks_for_maps=masks_for_maps, crop=_crop(data), workers=data.workers, **common,
    )  # fmt: skip
    if run.steps_per_epoch:
        dataset = EpochOfSteps(dataset, run.steps_per_epoch, workers=data.workers)
    if not held_out:
        return dataset, None
    # The network that validates runs at one batch size, or it would be traced again for the last batch.
    size = max(size for size in range(1, data.batch_size + 1) if len(held_out) % size == 0)
    return dataset, BlurDataset(held_out, batch_size=size, shuffle=False, **common)


def _crop(data):
    return RandomCrop(data.smallest_crop) if data.augment and data.smallest_crop < 1 else None


def divide(samples, data):
    """Divides samples into those to train on and those held out.

    Without a list, a sample's stem alone decides, so that a photograph stays held out when others are added.

    Args:
        samples: Labelled samples.
        data: A `DataOptions`.

    Returns:
        A pair of lists.

    Raises:
        ValueError: If the list names photographs that are not there.
    """
    if data.validation_list:
        stems = _listed_stems(data.validation_list, samples, "--data_dir")
        chosen = [sample.stem in stems for sample in samples]
    else:
        chosen = [_draw(sample.stem) < data.validation_fraction for sample in samples]
    training = [sample for sample, held in zip(samples, chosen) if not held]
    return training, [sample for sample, held in zip(samples, chosen) if held]


def _listed_stems(path, samples, flag):
    stems = read_stems(path)
    missing = sorted(stems - {sample.stem for sample in samples})
    if missing:
        raise ValueError(
            f"{path} names photographs that no data set has. Received: {missing[:5]} "
            f"({len(missing)} in all). Allowed: stems found in {flag}."
        )
    return stems


def _draw(stem):
    """A number in 0..1 that depends on the stem alone."""
    return int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4], "big") / 2**32


def _labelled_samples(data):
    if not data.data_dir:
        raise ValueError("No data set was named. Received: --data_dir=''. Allowed: one folder or more.")
    polarity = None if data.mask_polarity == "auto" else data.mask_polarity
    samples = [s for folder in data.data_dir for s in find_samples(folder, "train", polarity)]
    return check_samples(samples, on_bad=data.on_bad_data)


def _unlabelled_samples(data):
    samples = [sample for folder in data.unlabelled_dir for sample in find_unlabelled(folder)]
    if data.unlabelled_list:
        stems = _listed_stems(data.unlabelled_list, samples, "--unlabelled_dir")
        samples = [sample for sample in samples if sample.stem in stems]
    if data.sharp_list:
        sharp = _listed_stems(data.sharp_list, samples, "--unlabelled_dir")
        samples = [dataclasses.replace(sample, sharp=sample.stem in sharp) for sample in samples]
    return samples
