"""Scores any predictor on any samples."""

import os
from collections import Counter
from pathlib import Path

import numpy as np

from dbdgan_tf.evaluation.predictors import as_predictor
from dbdgan_tf.evaluation.result import ClassScores, EvaluationResult
from dbdgan_tf.metrics.scores import POSITIVES, score_map, to_levels
from dbdgan_tf.ordered_map import ordered_map
from dbdgan_tf.photo import read_mask_uint8, resize, write_map
from dbdgan_tf.photo.masks import counted_pixels


class EvaluationError(ValueError):
    """Lists every image that could not be scored; `problems` is a dict stem -> what is wrong."""

    def __init__(self, headline, problems):
        self.problems = dict(problems)
        listing = "".join(f"\n  {stem}: {problem}" for stem, problem in self.problems.items())
        super().__init__(headline + listing)


def evaluate(
    samples, predict_fn, positive="both", *, name="model", allow_missing=False, workers=None,
    save_maps_dir=None, progress=False,
):  # fmt: skip
    """Scores a predictor's blur maps against the masks of samples, at each mask's own size.

    Args:
        samples: `dbdgan_tf.data` samples with masks.
        predict_fn: a function image uint8 (H, W, 3) RGB -> blur map (H, W) in 0..1, 1 = blurred, or a
            predictor of `dbdgan_tf.evaluation.predictors`.
        positive: "blur", "focus" or "both".
        name: what tables call the predictor.
        allow_missing: leave out images without a map (named in the result) instead of raising.
        workers: scoring threads; None for one per core, at most 8.
        save_maps_dir: where to write the maps as 8-bit PNG, or None.
        progress: show a progress bar.

    Returns an `EvaluationResult`; an EvaluationError lists all missing maps, or all bad images and maps.
    """
    from tqdm import tqdm

    shared = [stem for stem, count in Counter(sample.stem for sample in samples).items() if count > 1]
    if shared:
        raise EvaluationError(
            f"{len(shared)} file names occur more than once, so their scores cannot be told apart:",
            {stem: "rename the photographs of one data set" for stem in shared},
        )
    if positive not in (*POSITIVES, "both"):
        raise ValueError(f"Unknown positive class. Received: {positive!r}. Allowed: {(*POSITIVES, 'both')}.")
    positives = POSITIVES if positive == "both" else (positive,)
    predictor = as_predictor(predict_fn)
    missing = predictor.missing(samples)
    if missing and not allow_missing:
        headline = f"{len(missing)} of {len(samples)} images have no map (see --allow_missing):"
        raise EvaluationError(headline, {sample.stem: "no map" for sample in missing})
    absent = {sample.stem for sample in missing}
    samples = [sample for sample in samples if sample.stem not in absent]
    if not samples:
        raise EvaluationError("There is no image to evaluate: no sample, or none has a map.", {})

    def score(prediction):
        return _score_sample(*prediction, positives, save_maps_dir)

    about = {"total": len(samples), "desc": f"evaluate {name}", "disable": not progress, "unit": "image"}
    predictions = tqdm(predictor.predict(samples), **about)
    scored, problems = {}, {}
    for (sample, _), outcome in ordered_map(score, predictions, workers or min(os.cpu_count() or 1, 8)):
        if isinstance(outcome, Exception):
            problems[sample.stem] = str(outcome)
        else:
            scored[sample.stem] = outcome
    if problems:
        raise EvaluationError(f"{len(problems)} of {len(samples)} images could not be scored:", problems)
    classes = {key: ClassScores.stack(key, scored, [s[key] for s in scored.values()]) for key in positives}
    maps_dir = save_maps_dir or getattr(predictor, "directory", None)
    images = []
    for sample in samples:
        paths = {key: str(Path(getattr(sample, key)).absolute()) for key in ("image", "mask")}
        images.append({"stem": sample.stem, **paths, "polarity": sample.polarity})
    return EvaluationResult(
        name, classes, tuple(images),
        missing=tuple(sample.stem for sample in missing),
        maps_dir=None if maps_dir is None else str(Path(maps_dir).absolute()),
        maps_polarity="blur" if save_maps_dir else getattr(predictor, "polarity", "blur"),
    )  # fmt: skip


def _score_sample(sample, blur_map, positives, save_maps_dir):
    """Scores one prediction for every class; raises what the prediction, mask or map is wrong with."""
    if isinstance(blur_map, Exception):
        raise blur_map
    if sample.mask is None:
        raise ValueError(f"{sample.image}: no mask.")
    levels = to_levels(blur_map)
    if save_maps_dir:
        write_map(Path(save_maps_dir) / f"{sample.stem}.png", levels.astype(np.float32) / 255)
    stored = read_mask_uint8(sample.mask)
    counted = counted_pixels(stored)
    mask = (stored if sample.polarity == "blur" else 255 - stored) >= 128
    if levels.shape != mask.shape:
        levels = to_levels(resize(np.asarray(blur_map), mask.shape))
    return {key: score_map(levels, mask, key, counted) for key in positives}
