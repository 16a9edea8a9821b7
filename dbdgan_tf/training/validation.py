"""Quick figures of a network on held-out images at its own size, for choosing the best checkpoint."""

import numpy as np

from dbdgan_tf.metrics.scores import counts_per_threshold, f_measure, precision_recall, to_levels

FIGURES = ("max_f_focus", "max_f_blur", "mae")


def validate(predict, dataset):
    """Scores blur maps as `trainers.evaluate` does, but at the size the network works at.

    Args:
        predict: Function from uint8 images (B, H, W, 3) to blur maps (B, H, W, 1).
        dataset: Iterable of batches with masks.

    Returns:
        Dict of "max_f_focus", "max_f_blur" (beta^2 = 0.3) and "mae", each in 0..1.
    """
    curves = {"focus": [], "blur": []}
    errors = []
    for batch in dataset:
        maps = np.asarray(predict(batch["images"]))[..., 0]
        for blur_map, mask in zip(maps, batch["segmentation_masks"][..., 0]):
            errors.append(np.abs(blur_map - mask).mean())
            for positive, p, m in (("blur", blur_map, mask), ("focus", 1 - blur_map, 1 - mask)):
                truth = m >= 0.5
                hits, predicted = counts_per_threshold(to_levels(p), truth)
                curves[positive].append(precision_recall(hits, predicted, truth.sum()))
    figures = {f"max_f_{name}": _max_f(pairs) for name, pairs in curves.items()}
    return {**figures, "mae": float(np.mean(errors))}


def validate_network(network, config, dataset):
    """Scores a network; see `validate`.

    Args:
        network: A student or teacher.
        config: Its config, whose input scaling holds.
        dataset: Iterable of batches with masks.

    Returns:
        As `validate`.
    """
    scaling = config.input_scaling
    return validate(lambda images: network.predict_on_batch(scaling.apply(images.astype("float32"))), dataset)


def _max_f(pairs):
    precision, recall = np.mean(np.array(pairs), axis=0)
    return float(f_measure(precision, recall).max())
