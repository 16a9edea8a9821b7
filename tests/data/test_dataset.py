import cv2
import keras
import numpy as np
import pytest

from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.data.store import RandomCrop, SampleStore
from dbdgan_tf.photo import write_image, write_map

SIZE = (8, 6)
# Photographs of 8 x 20 px are cut to 8 x 8.
WINDOW = (8, 8)


@pytest.fixture
def samples(tmp_path):
    """Seven photographs whose colour tells their number; masks are soft, 0 to 204; the last has none."""
    made = []
    for number in range(7):
        stem = f"photo{number}"
        image, mask = tmp_path / "images" / f"{stem}.png", tmp_path / "masks" / f"{stem}.png"
        write_image(image, np.full((16, 12, 3), (10 * number, 20, 90), np.uint8))
        write_map(mask, np.full((16, 12), (number % 3) * 0.4))
        write_map(tmp_path / "teacher" / f"{stem}.png", np.full((4, 4), number / 10))
        made.append(Sample(stem, image, mask if number < 6 else None, "focus" if number == 1 else "blur"))
    return made


@pytest.fixture
def ramps(tmp_path):
    """Four photographs of 8 x 20 px whose red rises with the column, with such masks and teacher maps."""
    columns = np.tile(np.arange(20, dtype=np.uint8) * 10, (8, 1))
    made = []
    for stem in "abcd":
        write_image(tmp_path / f"{stem}.png", np.dstack([columns, 0 * columns, 0 * columns]))
        for kind in ("masks", "teacher"):
            write_map(tmp_path / kind / f"{stem}.png", columns / 255)
        made.append(Sample(stem, tmp_path / f"{stem}.png", tmp_path / "masks" / f"{stem}.png", "blur"))
    return made


def levels(dataset):
    return [int(image[0, 0, 0]) // 10 for batch in dataset for image in batch["images"]]


@pytest.mark.parametrize("cache", [False, True])
def test_batches_follow_the_convention(samples, cache):
    dataset = BlurDataset(samples, SIZE, batch_size=7, shuffle=False, cache=cache)
    for batch in (dataset[0], dataset[0]):
        maps = ("float32", (7, 8, 6, 1))
        assert {key: (value.dtype.name, value.shape) for key, value in batch.items()} == {
            "images": ("uint8", (7, 8, 6, 3)), "segmentation_masks": maps, "counted": maps,
            "labelled": ("float32", (7,)),
        }  # fmt: skip
        np.testing.assert_array_equal(batch["images"][3, 0, 0], [30, 20, 90])
        means = batch["segmentation_masks"].mean((1, 2, 3))
        # photo1's mask says focus, so its 102 is 153 here; photo6 is unlabelled.
        np.testing.assert_allclose(means * 255, [0, 153, 204, 0, 102, 204, 0], atol=1e-3)
        np.testing.assert_array_equal(batch["labelled"], [1, 1, 1, 1, 1, 1, 0])
        if cache:  # Nothing is read twice.
            samples[0].image.unlink(missing_ok=True)
    assert cv2.imread(str(samples[3].image))[0, 0].tolist() == [90, 20, 30]


def test_order_depends_on_seed_and_epoch_alone(samples):
    first, again, other = (BlurDataset(samples, SIZE, 2, seed=seed) for seed in (3, 3, 4))
    epoch0 = levels(first)
    assert levels(first) == epoch0 == levels(again) and len(set(epoch0)) == 6
    assert levels(other) != epoch0
    first.on_epoch_end()
    again.set_epoch(1)
    assert first.epoch == 1 and levels(first) == levels(again) != epoch0
    first.set_epoch(0)
    assert levels(first) == epoch0


def test_every_sample_takes_its_turn(samples):
    dataset = BlurDataset(samples, SIZE, 2, drop_remainder=False)
    assert len(dataset) == 4 and sorted(levels(dataset)) == list(range(7))
    with pytest.raises(IndexError, match="Received: 3. Allowed: 0 to 2"):
        BlurDataset(samples, SIZE, 2)[3]
    with pytest.raises(ValueError, match="Received: 7 samples, batch_size=8"):
        BlurDataset(samples, SIZE, 8)
    with pytest.raises(ValueError, match="at least one sample"):
        BlurDataset([], SIZE, 8, drop_remainder=False)


def test_teacher_maps_travel_with_their_photographs(samples, tmp_path):
    options = {"image_size": SIZE, "batch_size": 7, "teacher_maps_dir": tmp_path / "teacher"}
    batch = BlurDataset(samples, cache=True, seed=1, **options)[0]
    numbers = batch["images"][:, 0, 0, 0] / 10
    np.testing.assert_allclose(batch["teacher_maps"].mean((1, 2, 3)), numbers / 10, atol=1 / 255)
    with pytest.raises(ValueError, match="1 file names occur more than once.*photo3"):
        BlurDataset([*samples, samples[3]], **options)
    (tmp_path / "teacher/photo1.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo1.png.*trainers.predict"):
        BlurDataset(samples, **options)
    # The mask of a labelled sample may stand in: 1 - 0.4 of photo1, whose mask says focus.
    for crop in (None, RandomCrop(1.0, 1.0)):
        batch = BlurDataset(samples, shuffle=False, masks_for_maps=True, crop=crop, **options)[0]
        expected = [0, 0.6, 0.2, 0.3, 0.4, 0.5, 0.6]
        np.testing.assert_allclose(batch["teacher_maps"].mean((1, 2, 3)), expected, atol=1 / 255)
    (tmp_path / "teacher/photo6.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo6.png"):
        BlurDataset(samples, masks_for_maps=True, **options)


@pytest.mark.parametrize("workers", [1, 2])
def test_fit_sees_the_order_of_the_epoch_that_a_callback_sets(samples, workers):
    dataset = BlurDataset(samples, SIZE, 1, seed=5, workers=workers)
    seen = []

    class Recorder(keras.Model):
        def train_step(self, *data):
            seen.append(int(data[-1]["images"][0, 0, 0, 0]) // 10)
            return {"loss": keras.ops.zeros(())}

    model = Recorder()
    model.compile(run_eagerly=True)
    resume = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: dataset.set_epoch(epoch))
    model.fit(dataset, epochs=6, initial_epoch=4, shuffle=False, callbacks=[resume], verbose=0)
    expected = []
    for epoch in (4, 5):
        dataset.set_epoch(epoch)
        expected += levels(dataset)
    assert seen == expected


def test_runs_on_jax_without_tensorflow(run_python, samples):
    code = f"""
    import keras
    from dbdgan_tf.data import BlurDataset, find_unlabelled
    assert keras.backend.backend() == "jax"
    batch = BlurDataset(find_unlabelled({str(samples[0].image.parent)!r}), (8, 6), 4)[0]
    print(batch["images"].shape, batch["labelled"].sum())
    """
    output = run_python(code, blocked=("tensorflow",), env={"KERAS_BACKEND": "jax"})
    assert output.strip() == "(4, 8, 6, 3) 0.0"


def test_windows_by_hand():
    crop = RandomCrop(smallest=0.5, probability=0.7)
    # Of 20 px at least max(8, 10): 10 + int(0.5 * 11) = 15, from int(0.4 * 6) = 2 on; of 8 px all.
    assert crop.window([0.1, 0.9, 0.5, 0.9, 0.4], (8, 20), WINDOW) == (slice(0, 8), slice(2, 17))
    assert crop.window([0.7, 0.9, 0.5, 0.9, 0.4], (8, 20), WINDOW) == (slice(0, 8), slice(0, 20))
    # The ends of both draws: the shortest window at either side, and all.
    for length, place, expected in ((0, 0, (0, 50)), (0, 0.999, (50, 100)), (0.999, 0.999, (0, 100))):
        assert crop.window([0, 0, length, 0, place], (10, 100), WINDOW)[1] == slice(*expected)
    # Smaller than the network's size: never cropped, since that would magnify it.
    assert crop.window([0.1, 0, 0, 0, 0], (6, 7), WINDOW) == (slice(0, 6), slice(0, 7))
    with pytest.raises(ValueError, match="Received: smallest=0, probability=0.7. Allowed"):
        RandomCrop(0)


def test_photo_mask_and_map_are_cut_alike(ramps, tmp_path):
    store = SampleStore(ramps, WINDOW, teacher_maps_dir=tmp_path / "teacher", crop=RandomCrop(0.4, 1.0))
    read = store.read([1], np.array([[0.0, 0.0, 0.0, 0.0, 0.99]]))
    # The last 8 columns, untouched.
    np.testing.assert_array_equal(read["images"][0, 0, :, 0], np.arange(12, 20) * 10)
    np.testing.assert_array_equal(read["segmentation_masks"][0, :, :, 0], read["images"][0, ..., 0])
    np.testing.assert_array_equal(read["teacher_maps"], read["segmentation_masks"])
    assert store.read([0])["images"][0, 0, -1, 0] > 180  # without draws, the whole


@pytest.mark.parametrize("cache", [False, True])
def test_crops_follow_seed_and_epoch(ramps, cache):
    def rows(dataset):
        return np.concatenate([batch["images"][:, 0, :, 0] for batch in dataset])

    options = {"image_size": WINDOW, "batch_size": 2, "crop": RandomCrop(0.4, 1.0), "cache": cache}
    first, again, other = (BlurDataset(ramps, seed=seed, **options) for seed in (3, 3, 4))
    epoch0 = rows(first)
    np.testing.assert_array_equal(rows(first), epoch0)
    np.testing.assert_array_equal(rows(again), epoch0)
    assert (rows(other) != epoch0).any()
    first.on_epoch_end()
    assert (rows(first) != epoch0).any()


def test_cache_is_no_larger_than_windows_need(tmp_path):
    write_image(tmp_path / "large.png", np.zeros((100, 200, 3), np.uint8))
    store = SampleStore([Sample("l", tmp_path / "large.png")], WINDOW, cache=True, crop=RandomCrop(0.5))
    store.read([0])
    (tmp_path / "large.png").unlink()
    assert store.read([0])["images"].shape == (1, 8, 8, 3)
    assert store._kept[0]["images"].shape == (16, 16, 3)


def test_shards_of_a_batch_are_its_rows_crops_included(samples):
    whole, first, second = (
        BlurDataset(samples, SIZE, batch_size=4, crop=RandomCrop(0.6), seed=5, shard=shard)
        for shard in ((0, 1), (0, 2), (1, 2))
    )
    for key, values in whole[0].items():
        np.testing.assert_array_equal(np.concatenate([first[0][key], second[0][key]]), values)
        assert len(first[0][key]) == 2
