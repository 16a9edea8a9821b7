import numpy as np
import pytest

from dbdgan_tf.training.validation import validate


def dataset(mask):
    return [{"images": np.zeros((1, *mask.shape, 3), np.uint8), "segmentation_masks": mask[None, ..., None]}]


def test_a_perfect_map_scores_one():
    mask = np.zeros((8, 8), "float32")
    mask[:, 4:] = 1
    figures = validate(lambda images: mask[None, ..., None], dataset(mask))
    assert figures == {"max_f_focus": 1.0, "max_f_blur": 1.0, "mae": 0.0}


def test_an_undecided_map_by_hand():
    mask = np.zeros((8, 8), "float32")
    mask[:, 6:] = 1
    figures = validate(lambda images: np.full((1, 8, 8, 1), 0.5, "float32"), dataset(mask))
    # All predicted: precision 0.25 for blur and 0.75 for focus, recall 1; F = 1.3 P / (0.3 P + 1).
    assert figures["max_f_blur"] == pytest.approx(1.3 * 0.25 / 1.075)
    assert figures["max_f_focus"] == pytest.approx(1.3 * 0.75 / 1.225)
    assert figures["mae"] == pytest.approx(0.5)
