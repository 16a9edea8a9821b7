"""Level 128 is ignored: from the file to the batch, with either polarity, through resizing."""

import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.data.checking import BadDataError, check_samples
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.photo.masks import counted_pixels, in_between


def test_levels_by_hand():
    assert in_between(np.array([[0, 255]], np.uint8)) == []
    assert in_between(np.array([[0, 255, 128, 7]], np.uint8)) == [7, 128]
    assert counted_pixels(np.array([[0, 255]], np.uint8)) is None
    np.testing.assert_array_equal(counted_pixels(np.array([[0, 128, 255]], np.uint8)), [[1, 0, 1]])
    # A soft mask: 128 is one degree of blur among many.
    assert counted_pixels(np.array([[0, 120, 128]], np.uint8)) is None


@pytest.fixture
def write(tmp_path):
    def sample(mask, polarity="blur"):
        Image.fromarray(np.full((*mask.shape, 3), 90, np.uint8)).save(tmp_path / "p.png")
        Image.fromarray(mask).save(tmp_path / "m.png")
        return Sample("p", tmp_path / "p.png", tmp_path / "m.png", polarity)

    return sample


@pytest.mark.parametrize("polarity, blurred", [("blur", 255), ("focus", 0)])
def test_batches_tell_what_counts(write, polarity, blurred):
    mask = np.full((8, 8), blurred, np.uint8)
    mask[:, 3:6] = 128
    batch = BlurDataset([write(mask, polarity)], (4, 4), 1)[0]
    # Columns 2-3 and 4-5 hold ignored pixels; what is left is blurred, not mixed with grey.
    np.testing.assert_array_equal(batch["counted"][0, ..., 0], [[1, 0, 0, 1]] * 4)
    assert (batch["segmentation_masks"][batch["counted"] > 0] == 1).all()


def test_other_levels_are_named_before_training(write):
    mask = np.array([[0, 3, 128, 255] * 2] * 8, np.uint8)
    with pytest.raises(BadDataError, match="m.png: holds levels in between: 3, 128. Allowed: 0, 255 and 128"):
        check_samples([write(mask)])
    assert check_samples([write(mask)], soft_masks=True)
    mask[mask == 3] = 0
    assert check_samples([write(mask)])
