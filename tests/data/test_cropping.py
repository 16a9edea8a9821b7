import numpy as np
import pytest

from dbdgan_tf.data.cropping import CropStore, RandomCrop
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.photo import read_image, write_image, write_map

SIZE = (8, 8)


@pytest.fixture
def samples(tmp_path):
    """Photographs of 8x20 px whose red is the column, with masks and teacher maps that rise the same way."""
    columns = np.tile(np.arange(20, dtype=np.uint8) * 10, (8, 1))
    made = []
    for stem in ("a", "b", "c", "d"):
        write_image(tmp_path / f"{stem}.png", np.dstack([columns, 0 * columns, 0 * columns]))
        for kind in ("masks", "teacher"):
            write_map(tmp_path / kind / f"{stem}.png", columns / 255)
        made.append(Sample(stem, tmp_path / f"{stem}.png", tmp_path / "masks" / f"{stem}.png", "blur"))
    return made


def test_window_by_hand():
    crop = RandomCrop(smallest=0.5, probability=0.7)
    # Of 20 px at least max(8, 10): 10 + int(0.5 * 11) = 15, from int(0.4 * 6) = 2 on; of 8 px all.
    assert crop.window([0.1, 0.9, 0.5, 0.9, 0.4], (8, 20), SIZE) == (slice(0, 8), slice(2, 17))
    assert crop.window([0.7, 0.9, 0.5, 0.9, 0.4], (8, 20), SIZE) == (slice(0, 8), slice(0, 20))
    # Smaller than the network's size: never cropped, since that would magnify it.
    assert crop.window([0.1, 0, 0, 0, 0], (6, 7), SIZE) == (slice(0, 6), slice(0, 7))
    with pytest.raises(ValueError, match="Received: smallest=0, probability=0.7. Allowed"):
        RandomCrop(0)


def test_windows_reach_both_ends_and_keep_their_share():
    crop, generator = RandomCrop(0.6, 1.0), np.random.default_rng(0)
    windows = [crop.window(generator.random(5), (10, 100), SIZE)[1] for _ in range(2000)]
    lengths = [window.stop - window.start for window in windows]
    assert (min(lengths), max(lengths)) == (60, 100)
    assert min(window.start for window in windows) == 0 and max(window.stop for window in windows) == 100


def test_photo_mask_and_map_are_cut_alike(samples, tmp_path):
    store = CropStore(samples, SIZE, RandomCrop(0.4, 1.0), teacher_maps_dir=tmp_path / "teacher")
    read = store.read([1], np.array([[0.0, 0.0, 0.0, 0.0, 0.99]]))
    # The last 8 columns, untouched.
    np.testing.assert_array_equal(read["images"][0, 0, :, 0], np.arange(12, 20) * 10)
    np.testing.assert_array_equal(read["segmentation_masks"][0, :, :, 0], read["images"][0, ..., 0])
    np.testing.assert_array_equal(read["teacher_maps"], read["segmentation_masks"])


@pytest.mark.parametrize("cache", [False, True])
def test_crops_follow_seed_and_epoch(samples, cache):
    def rows(dataset):
        return np.concatenate([batch["images"][:, 0, :, 0] for batch in dataset])

    options = {"image_size": SIZE, "batch_size": 2, "crop": RandomCrop(0.4, 1.0), "cache": cache}
    first, again, other = (BlurDataset(samples, seed=seed, **options) for seed in (3, 3, 4))
    epoch0 = rows(first)
    np.testing.assert_array_equal(rows(first), epoch0)
    np.testing.assert_array_equal(rows(again), epoch0)
    assert (rows(other) != epoch0).any()
    first.on_epoch_end()
    assert (rows(first) != epoch0).any()


def test_cache_is_no_larger_than_windows_need(tmp_path):
    write_image(tmp_path / "large.png", np.zeros((100, 200, 3), np.uint8))
    store = CropStore([Sample("large", tmp_path / "large.png")], SIZE, RandomCrop(0.5), cache=True)
    assert store.read([0])["images"].shape == (1, 8, 8, 3)
    (tmp_path / "large.png").unlink()
    assert store.read([0])["images"].shape == (1, 8, 8, 3)
    assert store._kept[0]["images"].shape == (16, 16, 3)


def test_whole_photographs_are_read_without_draws(samples):
    read = CropStore(samples, (8, 20), RandomCrop(0.4, 1.0)).read([0])
    np.testing.assert_array_equal(read["images"][0], read_image(samples[0].image))
