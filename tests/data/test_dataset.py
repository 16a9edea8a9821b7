import numpy as np
import pytest

from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.drawing import ShareDrawing, fold_of, only_pairs, scene_of
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.data.store import RandomCrop, SampleStore
from dbdgan_tf.photo import write_image, write_map

SIZE, WINDOW = (8, 20), (8, 8)
COLUMNS = np.tile(np.arange(20, dtype=np.uint8) * 10, (8, 1))


@pytest.fixture
def samples(tmp_path):
    """Seven photographs of 8 x 20 px: red is 10 * column, as in the soft masks; green is the number.

    Teacher maps are of that sum. The second's mask is white in focus, the last has none.
    """
    made = []
    for number in range(7):
        stem = f"photo{number}"
        image, mask = tmp_path / "images" / f"{stem}.png", tmp_path / "masks" / f"{stem}.png"
        write_image(image, np.dstack([COLUMNS, 0 * COLUMNS + number, 0 * COLUMNS]))
        write_map(mask, COLUMNS / 255)
        write_map(tmp_path / "teacher" / f"{stem}.png", (COLUMNS + number) / 255)
        made.append(Sample(stem, image, mask if number < 6 else None, "focus" if number == 1 else "blur"))
    return made


def numbers(dataset):
    return [int(image[0, 0, 1]) for batch in dataset for image in batch["images"]]


@pytest.mark.parametrize("cache", [False, True])
def test_batches_follow_the_convention(samples, cache):
    dataset = BlurDataset(samples, SIZE, batch_size=7, shuffle=False, cache=cache)
    for batch in (dataset[0], dataset[0]):
        maps = ("float32", (7, 8, 20, 1))
        assert {key: (value.dtype.name, value.shape) for key, value in batch.items()} == {
            "images": ("uint8", (7, 8, 20, 3)), "segmentation_masks": maps, "counted": maps,
            "labelled": ("float32", (7,)),
        }  # fmt: skip
        np.testing.assert_array_equal(batch["images"][3, 0, 19], [190, 3, 0])
        means = batch["segmentation_masks"].mean((1, 2, 3))
        np.testing.assert_allclose(means * 255, [95, 160, 95, 95, 95, 95, 0], atol=1e-3)
        np.testing.assert_array_equal(batch["labelled"], [1, 1, 1, 1, 1, 1, 0])
        if cache:  # Nothing is read twice.
            samples[0].image.unlink(missing_ok=True)


@pytest.mark.parametrize("cache", [False, True])
@pytest.mark.parametrize("crop", [None, RandomCrop(0.4)])
def test_order_depends_on_seed_and_epoch_alone(samples, crop, cache):
    def pixels(dataset):
        return np.concatenate([batch["images"] for batch in dataset]).tobytes()

    options = {"image_size": WINDOW, "batch_size": 2, "drop_remainder": False, "crop": crop, "cache": cache}
    first, again, other = (BlurDataset(samples, seed=seed, **options) for seed in (3, 3, 4))
    epoch0 = pixels(first)
    assert len(first) == 4 and sorted(numbers(first)) == list(range(7))
    assert pixels(first) == epoch0 == pixels(again) != pixels(other)
    first.on_epoch_end()
    again.set_epoch(1)
    assert pixels(first) == pixels(again) != epoch0
    first.set_epoch(0)
    assert pixels(first) == epoch0


def test_what_cannot_be_batched_is_told(samples):
    with pytest.raises(IndexError, match="Received: 3. Allowed: 0 to 2"):
        BlurDataset(samples, SIZE, 2)[3]
    with pytest.raises(ValueError, match="Received: 7 samples, batch_size=8"):
        BlurDataset(samples, SIZE, 8)
    with pytest.raises(ValueError, match="at least one sample"):
        BlurDataset([], SIZE, 8, drop_remainder=False)


def test_teacher_maps_travel_with_their_photographs(samples, tmp_path):
    def means(size=SIZE, **options):
        dataset = BlurDataset(samples, size, 7, teacher_maps_dir=tmp_path / "teacher", **options)
        return dataset[0]["teacher_maps"].mean((1, 2, 3)) * 255 - 95, numbers(dataset)

    np.testing.assert_allclose(*means(cache=True, seed=1), atol=0.1)
    (tmp_path / "teacher/photo1.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo1.png.*trainers.predict"):
        means()
    # The mask of a labelled sample may stand in.
    for crop in (None, RandomCrop(1.0, 1.0)):
        found, _ = means(shuffle=False, masks_for_maps=True, crop=crop)
        np.testing.assert_allclose(found, [0, 160 - 95, 2, 3, 4, 5, 6], atol=0.1)
    (tmp_path / "teacher/photo6.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo6.png"):
        means(masks_for_maps=True)
    samples.append(samples[3])
    with pytest.raises(ValueError, match="1 file names occur more than once.*photo3"):
        means()


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


def test_photo_mask_and_map_are_cut_alike(samples, tmp_path):
    store = SampleStore(samples, WINDOW, teacher_maps_dir=tmp_path / "teacher", crop=RandomCrop(0.4, 1.0))
    read = store.read([2], np.array([[0.0, 0.0, 0.0, 0.0, 0.99]]))
    # The last 8 columns, untouched.
    np.testing.assert_array_equal(read["images"][0, 0, :, 0], np.arange(12, 20) * 10)
    np.testing.assert_array_equal(read["segmentation_masks"][..., 0], read["images"][..., 0])
    np.testing.assert_array_equal(read["teacher_maps"], read["segmentation_masks"] + 2)
    assert store.read([0])["images"][0, 0, -1, 0] > 180  # without draws, the whole


def test_cache_is_no_larger_than_windows_need(tmp_path):
    write_image(tmp_path / "large.png", np.zeros((100, 200, 3), np.uint8))
    store = SampleStore([Sample("l", tmp_path / "large.png")], WINDOW, cache=True, crop=RandomCrop(0.5))
    assert store.read([0])["images"].shape == (1, 8, 8, 3)
    (tmp_path / "large.png").unlink()
    assert store._load(0)["images"].shape == (16, 16, 3)


def test_shards_of_a_batch_are_its_rows_crops_included(samples):
    whole, first, second = (
        BlurDataset(samples, WINDOW, batch_size=4, crop=RandomCrop(0.6), seed=5, shard=shard)[0]
        for shard in ((0, 1), (0, 2), (1, 2))
    )
    for key, values in whole.items():
        np.testing.assert_array_equal(np.concatenate([first[key], second[key]]), values)
        assert len(first[key]) == 2


def epochs(drawing, *numbers):
    return np.array([drawing.indices(number, step) for number in numbers for step in range(drawing.steps)])


def test_shares_hold_at_every_moment():
    drawing = ShareDrawing((30, 20, 10), (3, 2, 1), batch_size=4, seed=1, steps=6)
    sources = np.searchsorted([30, 50], epochs(drawing, 0, 1).ravel(), side="right")
    assert drawing.drawn(0) == (12, 8, 4) == drawing.drawn(1)
    for slots in range(1, len(sources) + 1):
        given = np.bincount(sources[:slots], minlength=3)
        np.testing.assert_array_less(np.abs(given - slots * np.array([3, 2, 1]) / 6), 1)


def test_a_source_is_gone_through_before_any_sample_comes_again():
    first, again = (ShareDrawing((100, 5), (1, 1), batch_size=2, seed=7, steps=5) for _ in range(2))
    # A step is the same whenever it is asked for.
    later = epochs(again, 1)
    np.testing.assert_array_equal(epochs(first, 0, 1), np.concatenate([epochs(again, 0), later]))
    seen = [index - 100 for index in epochs(first, 0, 1).ravel() if index >= 100]
    assert sorted(seen[:5]) == sorted(seen[5:]) == list(range(5)) and seen[:5] != seen[5:]
    assert ShareDrawing((9, 4), (2, 1), batch_size=3).steps == 4


def test_scenes_pairs_and_folds():
    assert [scene_of(s) for s in ("whu_001_far", "a-NEAR", "nearby")] == ["whu_001", "a", "nearby"]
    assert only_pairs(["a_near", "a_far", "b_near", "b_far"])
    for other in ("b_near", "c", "nearby"):
        assert not only_pairs(["a_near", "a_far", other])
    # Folds divide evenly and never part a scene.
    folds = [fold_of(f"photo{number}", 4) for number in range(2000)]
    assert all(400 < folds.count(fold) < 600 for fold in range(4))
    assert all(fold_of(f"s{n}_near", 3) == fold_of(f"s{n}_far", 3) == fold_of(f"s{n}", 3) for n in range(50))
