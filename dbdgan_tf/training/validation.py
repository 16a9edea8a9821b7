"""Quick figures of a network on held-out photographs at its own size, for choosing the best checkpoint."""

import dataclasses

import numpy as np

from dbdgan_tf.data.drawing import only_pairs
from dbdgan_tf.data.uniform_scenes import read_groups, uniform_photographs
from dbdgan_tf.metrics.scores import f_measure, precision_recall, selection_score, to_levels
from dbdgan_tf.photo import resize

FIGURES = ("max_f_focus", "max_f_blur", "mae")


@dataclasses.dataclass(frozen=True)
class UniformScenes:
    """Scenes sharp all over or blurred all over: uint8 (N, H, W, 3) at network size, and bool (N,)."""

    images: np.ndarray
    blurred: np.ndarray

    @classmethod
    def read(cls, folder, list_path, image_size):
        found = list(uniform_photographs(folder, read_groups(list_path)))
        images = np.stack([resize(image, image_size) for *_, image in found])
        return cls(images, np.array([group == "blurred" for _, group, _ in found]))

    def error(self, predict, batch_size):
        """The share of pixels on the wrong side of 0.5, both kinds alike, 0..1."""
        batches = range(0, len(self.images), batch_size)
        maps = np.concatenate([np.asarray(predict(self.images[i : i + batch_size])) for i in batches])
        wrong = ((maps >= 0.5) != self.blurred[:, None, None, None]).mean((1, 2, 3))
        return float(np.mean([wrong[self.blurred].mean(), wrong[~self.blurred].mean()]))


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """What a run is validated on: `BlurDataset`s by name, every photograph once, and `UniformScenes`."""

    sources: dict
    uniform: UniformScenes | None = None

    @property
    def samples(self):
        return tuple(sample for dataset in self.sources.values() for sample in dataset.samples)

    @property
    def pairs(self):
        """Names of the sources that hold scenes focused near and far and nothing else."""
        return [name for name, data in self.sources.items() if only_pairs([s.stem for s in data.samples])]


def figure_names(held_out):
    """The names of what `validate` returns for a `HeldOut`, in order."""
    names = ["selection", *FIGURES]
    if len(held_out.sources) > 1:
        names += [f"{source}_{figure}" for source in held_out.sources for figure in FIGURES]
    return names + ["pair_error"] * bool(held_out.pairs) + ["uniform_error"] * bool(held_out.uniform)


def validate(predict, held_out):
    """Scores maps (B, H, W, 1) of uint8 images as `trainers.evaluate`, at their size, by `figure_names`."""
    scored = {name: _score(predict, dataset) for name, dataset in held_out.sources.items()}
    pairs = held_out.pairs
    ordinary, errors = [figures for name, figures in scored.items() if name not in pairs], {}
    means = {key: float(np.mean([f[key] for f in ordinary or scored.values()])) for key in FIGURES}
    if pairs:
        errors["pair_error"] = float(np.mean([scored[name]["wrong"] for name in pairs]))
    if held_out.uniform:
        size = next(iter(held_out.sources.values())).batch_size
        errors["uniform_error"] = held_out.uniform.error(predict, size)
    figures = {
        "selection": selection_score([(f["max_f_focus"], f["mae"]) for f in ordinary], **errors),
        **means,
        **{f"{name}_{key}": scored[name][key] for name in scored for key in FIGURES},
        **errors,
    }
    return {name: figures[name] for name in figure_names(held_out)}


def validate_network(network, config, held_out):
    """As `validate`, of a network whose config has the input scaling."""
    scaling = config.input_scaling
    predict = network.predict_on_batch
    return validate(lambda images: predict(scaling.apply(images.astype("float32"))), held_out)


def _score(predict, dataset):
    curves, errors, wrong = {"focus": [], "blur": []}, [], []
    for batch in (dataset[index] for index in range(len(dataset))):
        maps = np.asarray(predict(batch["images"]))[..., 0]
        for blur_map, mask, counted in zip(maps, batch["segmentation_masks"], batch["counted"]):
            blur_map, mask = blur_map[counted[..., 0] > 0], mask[counted > 0]
            if not mask.size:
                continue
            errors.append(np.abs(blur_map - mask).mean())
            wrong.append(((blur_map >= 0.5) != (mask >= 0.5)).mean())
            for positive, p, m in (("blur", blur_map, mask), ("focus", 1 - blur_map, 1 - mask)):
                curves[positive].append(precision_recall(to_levels(p[None])[0], m >= 0.5))
    means = {name: np.mean(np.array(pairs), axis=0) for name, pairs in curves.items()}
    figures = {f"max_f_{name}": float(f_measure(*mean).max()) for name, mean in means.items()}
    return {**figures, "mae": float(np.mean(errors)), "wrong": float(np.mean(wrong))}
