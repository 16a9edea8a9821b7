"""Numbered synthetic photographs: in memory for training, or written as a data set."""

import concurrent.futures
import dataclasses
import functools
import json
import multiprocessing
import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.data.synthesis.scene import SynthesisConfig, synthesize_scene
from dbdgan_tf.data.synthesis.sources import SourcePool
from dbdgan_tf.photo import write_image
from dbdgan_tf.text_file import read_json

_RECIPE = "synthesis.json"
_pool = functools.lru_cache(2)(SourcePool)


class SourceSplit(NamedTuple):
    """(photograph, region map or None) pairs for training and for test scenes, with none in common."""

    train: tuple
    test: tuple


def split_sources(pairs, test_share=0.25, seed=0):
    """A `SourceSplit` of (photograph, region map or None) pairs: no test scene shows what training has seen.

    `test_share` of the photographs are for the test, at least one.
    """
    if len(pairs) < 2:
        raise ValueError(f"Two splits need at least two sharp photographs. Received: {len(pairs)}.")
    order = np.random.default_rng(seed).permutation(len(pairs))
    count = min(len(pairs) - 1, max(1, round(test_share * len(pairs))))
    train, test = (tuple(pairs[i] for i in sorted(places)) for places in (order[count:], order[:count]))
    return SourceSplit(train, test)


def synthesize_image(pool, index, seed=0, config=None):
    """The `Scene` of a number: the same for one `SourcePool`, seed and number, in any order and process."""
    return synthesize_scene(pool, np.random.default_rng([*np.atleast_1d(seed), index]), config)


def write_dataset(output_dir, sources, count, test_count, seed=0, config=None, workers=None, progress=iter):
    """Writes ROOT/{train,test}/{images,masks}, so many scenes each; False if this data set was there already.

    `sources` is a SourceSplit, `workers` the number of processes (None: one per core); `progress` wraps the
    iterable of finished files. A folder that holds another data set is a ValueError.
    """
    config = config or SynthesisConfig()
    recipe = _recipe(sources, count, test_count, seed, config)
    root = Path(output_dir)
    counts = enumerate((count, test_count))
    jobs = [_job(root, split, index) for split, number in counts for index in range(number)]
    if _is_there(root, recipe, jobs):
        return False
    render = functools.partial(_write_scene, sources, seed, config)
    workers = min(workers or os.cpu_count() or 1, max(1, len(jobs)))
    if workers == 1:
        list(progress(map(render, jobs)))
    else:
        # Fresh processes: a fork of a process that runs TensorFlow can hang.
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(workers, context, cv2.setNumThreads, (1,)) as pool:
            list(progress(pool.map(render, jobs, chunksize=8)))
    write_json(root / _RECIPE, recipe)
    return True


def _job(root, split, index):
    folder, name = root / SourceSplit._fields[split], f"synthetic{index:05d}"
    return split, index, folder / "images" / f"{name}.jpg", folder / "masks" / f"{name}.png"


def _write_scene(sources, seed, config, job):
    split, index, image, mask = job
    scene = synthesize_image(_pool(sources[split]), index, (seed, split), config)
    write_image(image, scene.image)
    write_image(mask, scene.mask)


def _recipe(sources, count, test_count, seed, config):
    splits = sources._asdict().items()
    names = {split: [path.name for path, _ in pairs] for split, pairs in splits}
    regions = {split: sum(region is not None for _, region in pairs) for split, pairs in splits}
    recipe = {"count": count, "test_count": test_count, "seed": seed, "config": dataclasses.asdict(config)}
    # As it will be read: with lists in place of tuples.
    return json.loads(json.dumps({**recipe, "sources": names, "region_maps": regions}))


def _is_there(root, recipe, jobs):
    """Whether the folder holds this very data set; raises if it holds another or something else."""
    path = root / _RECIPE
    if path.is_file():
        if read_json(path) != recipe:
            raise ValueError(f"{root} holds synthetic data made with other options. Remove or rename it.")
        return all(file.is_file() for *_, image, mask in jobs for file in (image, mask))
    present = {file.name for split in SourceSplit._fields for file in root.glob(f"{split}/images/*")}
    if strange := present - {image.name for *_, image, _ in jobs}:
        raise ValueError(f"{root} already holds other photographs: {', '.join(sorted(strange)[:5])}.")
    return False
