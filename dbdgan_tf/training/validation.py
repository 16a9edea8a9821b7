"""Quick figures of a network on held-out images at its own size, for choosing the best checkpoint."""

import numpy as np

from dbdgan_tf.metrics.scores import counts_per_threshold, f_measure, precision_recall, to_levels
from dbdgan_tf.metrics.selection import selection_score, wrong_share

FIGURES = ("max_f_focus", "max_f_blur", "mae")


def figure_names(held_out):
    """The names of what `validate` returns for a `HeldOut`, in order."""
    names = ["selection", *FIGURES]
    if len(held_out.sources) > 1:
        names += [f"{source}_{figure}" for source in held_out.sources for figure in FIGURES]
    return names + ["pair_error"] * bool(held_out.pairs) + ["uniform_error"] * bool(held_out.uniform)


def validate(predict, held_out):
    """Scores blur maps as `trainers.evaluate` does, but at the size the network works at.

    Args:
        predict: Function from uint8 images (B, H, W, 3) to blur maps (B, H, W, 1).
        held_out: A `HeldOut`.

    Returns:
        Dict of "selection" (see `selection_score`); "max_f_focus", "max_f_blur" (beta^2 = 0.3) and "mae", the
        means over ordinary sources; with several sources "NAME_max_f_focus" and so on of each; "pair_error"
        and "uniform_error" where there are such scenes.
    """
    scored = {name: _score(predict, dataset) for name, dataset in held_out.sources.items()}
    pairs = held_out.pairs
    ordinary = [figures for name, figures in scored.items() if name not in pairs]
    means = {key: float(np.mean([f[key] for f in ordinary or scored.values()])) for key in FIGURES}
    errors = {}
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
    """Scores a network; see `validate`.

    Args:
        network: A student or teacher.
        config: Its config, whose input scaling holds.
        held_out: A `HeldOut`.

    Returns:
        As `validate`.
    """
    scaling = config.input_scaling
    return validate(
        lambda images: network.predict_on_batch(scaling.apply(images.astype("float32"))), held_out
    )


def _score(predict, dataset):
    """Figures of one source, and the share of its pixels on the wrong side of 0.5."""
    curves, errors, wrong = {"focus": [], "blur": []}, [], []
    for batch in (dataset[index] for index in range(len(dataset))):
        maps = np.asarray(predict(batch["images"]))[..., 0]
        for blur_map, mask, counted in zip(maps, batch["segmentation_masks"], batch["counted"]):
            blur_map, mask = blur_map[counted[..., 0] > 0], mask[counted > 0]
            if not mask.size:
                continue
            errors.append(np.abs(blur_map - mask).mean())
            wrong.append(wrong_share(blur_map, mask))
            for positive, p, m in (("blur", blur_map, mask), ("focus", 1 - blur_map, 1 - mask)):
                truth = m >= 0.5
                hits, predicted = counts_per_threshold(to_levels(p[None]), truth[None])
                curves[positive].append(precision_recall(hits, predicted, truth.sum()))
    figures = {f"max_f_{name}": _max_f(pairs) for name, pairs in curves.items()}
    return {**figures, "mae": float(np.mean(errors)), "wrong": float(np.mean(wrong))}


def _max_f(pairs):
    precision, recall = np.mean(np.array(pairs), axis=0)
    return float(f_measure(precision, recall).max())
