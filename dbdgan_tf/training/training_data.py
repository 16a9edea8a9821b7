"""From data options to the batches of a run: training and held-out images."""

import dataclasses
import itertools
from pathlib import Path

from absl import logging

from dbdgan_tf.data.checking import check_samples
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.drawing import draw, fold_of
from dbdgan_tf.data.layouts import find_samples, find_unlabelled, read_stems
from dbdgan_tf.data.store import RandomCrop
from dbdgan_tf.training import distribution
from dbdgan_tf.training.validation import HeldOut, UniformScenes


def make_datasets(data, run, teacher_maps_dir=None, masks_for_maps=False):
    """A `BlurDataset` to train on and a `HeldOut`, None if nothing is held out, by data and run options."""
    training, held_out = divide(_labelled_sources(data), data)
    training = {name: _without_fold(samples, data) for name, samples in training.items()}
    training.update(_unlabelled_sources(data))
    samples = [sample for source in training.values() for sample in source]
    logging.info("%d images to train on, %d held out.", len(samples), sum(map(len, held_out.values())))
    crop = RandomCrop(data.smallest_crop) if data.augment and data.smallest_crop < 1 else None
    common = {"image_size": tuple(data.image_size), "cache": data.cache}
    dataset = BlurDataset(
        samples, batch_size=data.batch_size, seed=run.seed, teacher_maps_dir=teacher_maps_dir or None,
        masks_for_maps=masks_for_maps, crop=crop, workers=data.workers, steps=run.steps_per_epoch,
        shares=_shares(training, data), source_names=tuple(training), shard=distribution.shard(), **common,
    )  # fmt: skip
    return dataset, _make_held_out(held_out, data, common)


def _shares(sources, data):
    shares = data.data_shares
    if not shares:
        return None
    if len(shares) != len(sources) or not all(str(share).isdecimal() and int(share) for share in shares):
        received = f"{','.join(map(str, shares))} for {len(sources)} folders"
        raise ValueError(
            f"--data_shares does not fit the data sets. Received: {received}. "
            "Allowed: one whole number above 0 per --data_dir and then per --unlabelled_dir."
        )
    empty = [name for name, samples in sources.items() if not samples]
    if empty:
        raise ValueError(f"--data_shares names data sets with nothing left to train on. Received: {empty}.")
    return [(len(s), int(share)) for s, share in zip(sources.values(), shares, strict=True)]


def _without_fold(samples, data):
    if not data.folds:
        return samples
    if data.folds < 2 or not 0 <= data.fold < data.folds:
        raise ValueError(
            f"No such fold. Received: --fold={data.fold} --folds={data.folds}. "
            "Allowed: at least 2 folds, and a fold from 0 to one less."
        )
    kept = [sample for sample in samples if fold_of(sample.stem, data.folds) != data.fold]
    if not 0 < len(kept) < len(samples):
        raise ValueError(
            f"Fold {data.fold} of {data.folds} leaves nothing out, or nothing to train on. "
            f"Received: {len(kept)} of {len(samples)} photographs kept. Allowed: fewer --folds."
        )
    return kept


def _make_held_out(sources, data, common):
    if bool(data.uniform_dir) != bool(data.uniform_list):
        raise ValueError(
            "Uniform scenes need a folder and a list. "
            f"Received: --uniform_dir={data.uniform_dir!r} --uniform_list={data.uniform_list!r}."
        )
    sources, uniform = {name: samples for name, samples in sources.items() if samples}, None
    if not sources:
        return None
    if data.uniform_dir:
        uniform = UniformScenes.read(data.uniform_dir, data.uniform_list, common["image_size"])
    # The network that validates runs at one batch size, or it would be traced again for the last batch.
    counts = [len(samples) for samples in sources.values()] + ([len(uniform.images)] if uniform else [])
    size = max(n for n in range(1, data.batch_size + 1) if not any(count % n for count in counts))
    options = {"batch_size": size, "shuffle": False, **common}
    return HeldOut({name: BlurDataset(samples, **options) for name, samples in sources.items()}, uniform)


def divide(sources, data):
    """Divides a dict of labelled samples into one to train on and one held out."""
    stems, known = None, {sample.stem for samples in sources.values() for sample in samples}
    if data.validation_list:
        stems = _held_out_stems(data.validation_list, known)

    # Without a list the stem alone decides: a photograph stays held out when others are added.
    def is_held(sample):
        return sample.stem in stems if stems is not None else draw(sample.stem) < data.validation_fraction

    training = {name: [s for s in samples if not is_held(s)] for name, samples in sources.items()}
    return training, {name: [s for s in samples if is_held(s)] for name, samples in sources.items()}


def _held_out_stems(path, known):
    """The listed stems; one list may serve several data sets, of which a run uses some."""
    stems = read_stems(path)
    if not stems & known:
        raise ValueError(
            f"{path} names no photograph of the data sets. Received: {sorted(stems)[:5]} ({len(stems)}). "
            "Allowed: stems found in --data_dir."
        )
    if stems - known:
        logging.info("%d photographs of %s are in no data set of this run.", len(stems - known), path)
    return stems


def _unlabelled_stems(path, samples):
    stems = read_stems(path)
    missing = sorted(stems - {sample.stem for sample in samples})
    if missing:
        raise ValueError(
            f"{path} names photographs that no data set has. Received: {missing[:5]} "
            f"({len(missing)} in all). Allowed: stems found in --unlabelled_dir."
        )
    return stems


def _labelled_sources(data):
    if not data.data_dir:
        raise ValueError("No data set was named. Received: --data_dir=''. Allowed: one folder or more.")
    polarity = None if data.mask_polarity == "auto" else data.mask_polarity
    found = [find_samples(folder, "train", polarity) for folder in data.data_dir]
    everything = [sample for samples in found for sample in samples]
    good = check_samples(everything, on_bad=data.on_bad_data, soft_masks=data.soft_masks)
    kept, names = {sample.image for sample in good}, _source_names(data.data_dir)
    return {name: [s for s in samples if s.image in kept] for name, samples in zip(names, found, strict=True)}


def _source_names(folders, taken=()):
    """What logs call the data sets: their folders' names, numbered where two are alike."""
    names = []
    for folder in folders:
        name = Path(folder).absolute().name
        numbered = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        names.append(next(each for each in numbered if each not in (*taken, *names)))
    return names


def _unlabelled_sources(data):
    found = [find_unlabelled(folder) for folder in data.unlabelled_dir]
    everything = [sample for samples in found for sample in samples]
    if data.unlabelled_list:
        chosen = _unlabelled_stems(data.unlabelled_list, everything)
        everything = [sample for sample in everything if sample.stem in chosen]
    sharp = _unlabelled_stems(data.sharp_list, everything) if data.sharp_list else set()
    kept = {s.image for s in check_samples(everything, on_bad=data.on_bad_data)} if everything else set()
    names = _source_names(data.unlabelled_dir, _source_names(data.data_dir))
    return {
        name: [dataclasses.replace(s, sharp=s.stem in sharp) for s in samples if s.image in kept]
        for name, samples in zip(names, found, strict=True)
    }
