from types import SimpleNamespace

import numpy as np
import pytest

from dbdgan_tf.photo import write_image
from dbdgan_tf.training.validation import HeldOut, UniformScenes, figure_names, validate

MASK = np.zeros((8, 8), "float32")
MASK[:, 6:] = 1


class Photographs(list):
    """Batches of one photograph each."""

    batch_size = 1

    def __init__(self, masks, stems=("photo",), counted=None):
        counted = np.ones_like(MASK) if counted is None else counted
        rest = {"images": np.zeros((1, 8, 8, 3), np.uint8), "counted": counted[None, ..., None]}
        super().__init__({"segmentation_masks": mask[None, ..., None], **rest} for mask in masks)
        self.samples = [SimpleNamespace(stem=stem) for stem in stems]


def undecided(images):
    return np.full((len(images), 8, 8, 1), 0.5, "float32")


def test_a_perfect_map_and_an_undecided_one_by_hand():
    held_out = HeldOut({"a": Photographs([MASK])})
    perfect = {"selection": 1.0, "max_f_focus": 1.0, "max_f_blur": 1.0, "mae": 0.0}
    assert validate(lambda images: MASK[None, ..., None], held_out) == perfect
    # All predicted: precision 0.25 for blur and 0.75 for focus, recall 1; F = 1.3 P / (0.3 P + 1).
    blur, focus = 1.3 * 0.25 / 1.075, 1.3 * 0.75 / 1.225
    figures = {"selection": focus - 0.5, "max_f_focus": focus, "max_f_blur": blur, "mae": 0.5}
    assert validate(undecided, held_out) == pytest.approx(figures)


def test_ignored_pixels_do_not_count():
    counted = np.ones_like(MASK)
    counted[:, 2:6] = 0
    figures = validate(undecided, HeldOut({"a": Photographs([MASK], counted=counted)}))
    # Two columns in focus and two blurred are left.
    assert figures["max_f_blur"] == figures["max_f_focus"] == pytest.approx(1.3 * 0.5 / 1.15)


def test_sources_pairs_and_uniform_scenes_by_hand():
    scenes = UniformScenes(np.zeros((3, 8, 8, 3), np.uint8), np.array([True, False, False]))
    sources = {
        "a": Photographs([MASK]),
        "b": Photographs([1 - MASK]),
        "near_far": Photographs([MASK, 1 - MASK], ("s_near", "s_far")),
    }
    held_out = HeldOut(sources, scenes)
    figures = validate(lambda images: np.tile(MASK[None, ..., None], (len(images), 1, 1, 1)), held_out)
    assert list(figures) == figure_names(held_out)
    assert (figures["a_max_f_focus"], figures["a_mae"], figures["b_mae"]) == (1.0, 0.0, 1.0)
    # One of the pair is right, the other wrong all over; a quarter of every uniform scene is called blurred.
    assert figures["pair_error"] == pytest.approx(0.5)
    assert figures["uniform_error"] == pytest.approx((0.75 + 0.25) / 2)
    accuracy = np.mean([figures[f"{name}_max_f_focus"] - figures[f"{name}_mae"] for name in "ab"])
    assert figures["selection"] == pytest.approx(accuracy - 0.25 - 0.25)


def test_uniform_scenes_are_read_at_network_size(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 96, 3), np.uint8)
    for stem in ("sky", "wall"):
        write_image(tmp_path / f"{stem}.png", noise)
    (tmp_path / "list.txt").write_text("sharp sky\nblurred wall\n")
    scenes = UniformScenes.read(tmp_path, tmp_path / "list.txt", (32, 32))
    assert scenes.images.shape == (2, 32, 32, 3) and scenes.blurred.tolist() == [False, True]
    assert scenes.images[0].std() > 1.5 * scenes.images[1].std()
