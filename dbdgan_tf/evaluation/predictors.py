"""One way to ask for blur maps: of a function, a Keras network, a .tflite file or a folder of maps."""

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dbdgan_tf.evaluation.map_files import find_maps, read_map
from dbdgan_tf.metrics.scores import to_levels
from dbdgan_tf.ordered_map import ordered_map
from dbdgan_tf.photo import check_polarity, read_image, resize

MAP_SIZES = ("photo", "model")


@dataclasses.dataclass(frozen=True)
class ImagePredictor:
    """Asks a model for maps, in batches, reading photographs ahead in threads.

    `run_batch` takes a list of prepared images and returns one map (h, w) per image; `prepare` makes what it
    takes of an image uint8 (H, W, 3) RGB, in the reading threads. `model_size` is the (height, width) that
    the model works at, None for the photograph's own; `map_size` "photo" brings every map to its photograph's
    size, "model" leaves it as the model gave it.
    """

    run_batch: Callable
    prepare: Callable = lambda image: image
    batch_size: int = 1
    model_size: tuple | None = None
    map_size: str = "photo"

    def __post_init__(self):
        if self.map_size not in MAP_SIZES:
            raise ValueError(f"Unknown map size. Received: {self.map_size!r}. Allowed: {MAP_SIZES}.")
        if self.batch_size < 1:
            raise ValueError(f"The batch size must be >= 1. Received: {self.batch_size}.")

    def __call__(self, image):
        """Returns the blur map, float32 (H, W) in 0..1, of one uint8 (H, W, 3) RGB image."""
        return self._finish(self.run_batch([self.prepare(image)])[0], image.shape[:2])

    def missing(self, samples):
        """None: a model has a map for every image."""
        return []

    def predict(self, samples):
        """Yields (sample, map) in order; an exception for an image that cannot be read or predicted."""
        loaded = ordered_map(self._load, samples, ahead=2 * self.batch_size)
        while batch := list(itertools.islice(loaded, self.batch_size)):
            good = [outcome for _, outcome in batch if not isinstance(outcome, Exception)]
            maps = iter(self._run([image for image, _ in good], [size for _, size in good]))
            for sample, outcome in batch:
                yield sample, outcome if isinstance(outcome, Exception) else next(maps)

    def _load(self, sample):
        # At the model's size a JPEG may be decoded at a fraction of its own, as in training.
        reduced = self.model_size if self.map_size == "model" else None
        image = read_image(sample.image, reduced)
        return self.prepare(image), image.shape[:2]

    def _run(self, images, sizes):
        if not images:
            return []
        try:
            maps = self.run_batch(images)
        except ValueError as error:
            return [error] * len(images)
        return [_attempt(self._finish, *pair) for pair in zip(maps, sizes, strict=True)]

    def _finish(self, blur_map, size):
        blur_map = np.asarray(blur_map, np.float32)
        if blur_map.ndim == 3 and blur_map.shape[-1] == 1:
            blur_map = blur_map[..., 0]
        to_levels(blur_map)
        target = self.model_size if self.map_size == "model" and self.model_size else size
        return np.clip(resize(blur_map, target), 0, 1)


def _attempt(function, *arguments):
    try:
        return function(*arguments)
    except ValueError as error:
        return error


@dataclasses.dataclass(frozen=True)
class MapsPredictor:
    """Reads blur maps that lie in a folder, by stem; `polarity` says what white means, "blur" or "focus"."""

    directory: Path
    polarity: str
    files: dict

    def missing(self, samples):
        """Returns the samples that have no map."""
        return [sample for sample in samples if sample.stem not in self.files]

    def predict(self, samples):
        """As `ImagePredictor.predict`; maps come at the size of their files, uint8 or float32."""
        return ordered_map(lambda sample: read_map(self.files[sample.stem], self.polarity), samples)


def as_predictor(predict_fn):
    """Predictors as they are; a plain function image -> map wrapped; a TypeError of anything else."""
    if hasattr(predict_fn, "predict") and hasattr(predict_fn, "missing"):
        return predict_fn
    if callable(predict_fn):
        return ImagePredictor(lambda images: [predict_fn(image) for image in images])
    raise TypeError(
        f"Cannot predict with it. Received: {type(predict_fn).__name__}. "
        "Allowed: a function image -> map, or an object with predict(samples) and missing(samples)."
    )


def maps_predictor(directory, polarity="blur"):
    """A `MapsPredictor`; a ValueError of a folder without maps or with two of one stem, or a bad polarity."""
    check_polarity(polarity)
    return MapsPredictor(Path(directory), polarity, find_maps(directory))


def averaged(predictors):
    """An `ImagePredictor` of the mean map of several of one size: better than each, in the time of all."""
    if len(predictors) == 1:
        return predictors[0]
    sizes = {tuple(predictor.model_size) for predictor in predictors}
    if len(sizes) != 1:
        raise ValueError(f"Only models of one size have a mean. Received: {sorted(sizes)}; see --image_size.")

    def mean(images):
        return np.mean([np.asarray(one.run_batch(images), np.float32) for one in predictors], axis=0)

    return dataclasses.replace(predictors[0], run_batch=mean)


def mirrored(predictor):
    """An `ImagePredictor` that averages a map with the mirrored image's: better maps in twice the time."""
    run_batch = predictor.run_batch

    def run_both(images):
        others = run_batch([np.ascontiguousarray(image[:, ::-1]) for image in images])
        pairs = zip(run_batch(images), others, strict=True)
        return [(np.asarray(own) + np.asarray(other)[:, ::-1]) / 2 for own, other in pairs]

    return dataclasses.replace(predictor, run_batch=run_both)


@dataclasses.dataclass(frozen=True)
class OutOfFoldPredictor:
    """Averages, for every photograph, the maps of the networks that were not trained on it (its stem).

    With `in_fold`, of those that were, or of all if none was: what teachers say of what they learnt by heart.
    """

    predictors: dict
    trained_on: dict
    in_fold: bool = False

    def predict(self, samples):
        """As `ImagePredictor.predict`, but photographs of the same networks come together."""
        seen = [sample for sample in samples if not self._networks(sample)]
        if seen:
            raise ValueError(
                f"Every network was trained on {len(seen)} of the photographs. Received: "
                f"{', '.join(sample.stem for sample in seen[:5])}. Allowed: the networks of all folds."
            )
        groups = {}
        for sample in samples:
            groups.setdefault(self._networks(sample), []).append(sample)
        for networks, group in groups.items():
            yield from averaged([self.predictors[network] for network in networks]).predict(group)

    def _networks(self, sample):
        stem = Path(sample.stem).name
        chosen = tuple(name for name, stems in self.trained_on.items() if (stem in stems) == self.in_fold)
        return tuple(self.trained_on) if self.in_fold and not chosen else chosen


def best_network(run):
    """PREFIX of the one network that a run's folder holds, or PREFIX itself."""
    if not Path(run).is_dir():
        return str(run)
    prefixes = (f"{run}/{name}" for name in ("teacher_best", "student_best"))
    found = [prefix for prefix in prefixes if Path(f"{prefix}.json").is_file()]
    if len(found) != 1:
        allowed = "Allowed: a run's folder with one network, or its PREFIX."
        raise ValueError(f"{allowed} Received: {run} with {found}.")
    return found[0]
