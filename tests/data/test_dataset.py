import cv2
import keras
import numpy as np
import pytest

from dbdgan_tf.data.cropping import RandomCrop
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.photo import write_image, write_map

SIZE = (8, 6)


@pytest.fixture
def samples(tmp_path):
    """Seven photographs whose grey level is 10 * number; masks are soft, 0 to 204; the last has none."""
    made = []
    for number in range(7):
        stem = f"photo{number}"
        image, mask = tmp_path / "images" / f"{stem}.png", tmp_path / "masks" / f"{stem}.png"
        write_image(image, np.full((16, 12, 3), 10 * number, np.uint8))
        write_map(mask, np.full((16, 12), (number % 3) * 0.4))
        write_map(tmp_path / "teacher" / f"{stem}.png", np.full((4, 4), number / 10))
        made.append(Sample(stem, image, mask if number < 6 else None, "focus" if number == 1 else "blur"))
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
        means = batch["segmentation_masks"].mean((1, 2, 3))
        # photo1's mask says focus, so its 102 is 153 here; photo6 is unlabelled.
        np.testing.assert_allclose(means * 255, [0, 153, 204, 0, 102, 204, 0], atol=1e-3)
        np.testing.assert_array_equal(batch["labelled"], [1, 1, 1, 1, 1, 1, 0])
    if cache:  # Nothing is read twice.
        for sample in samples:
            sample.image.unlink()
        np.testing.assert_array_equal(dataset[0]["images"], batch["images"])


def test_colour_order_is_rgb(tmp_path):
    write_image(tmp_path / "a.png", np.full((4, 4, 3), (1, 2, 3), np.uint8))
    dataset = BlurDataset([Sample("a", tmp_path / "a.png")], (4, 4), batch_size=1)
    np.testing.assert_array_equal(dataset[0]["images"][0, 0, 0], [1, 2, 3])
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "a.png"))[0, 0], [3, 2, 1])


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
    dataset = BlurDataset(samples, SIZE, 7, teacher_maps_dir=tmp_path / "teacher", cache=True, seed=1)
    batch = dataset[0]
    assert batch["teacher_maps"].shape == (7, 8, 6, 1) and batch["teacher_maps"].dtype == np.float32
    numbers = batch["images"][:, 0, 0, 0] / 10
    np.testing.assert_allclose(batch["teacher_maps"].mean((1, 2, 3)), numbers / 10, atol=1 / 255)
    with pytest.raises(ValueError, match="1 file names occur more than once.*photo3"):
        BlurDataset([*samples, samples[3]], SIZE, 7, teacher_maps_dir=tmp_path / "teacher")
    (tmp_path / "teacher/photo2.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo2.png.*trainers.predict"):
        BlurDataset(samples, SIZE, 7, teacher_maps_dir=tmp_path / "teacher")


@pytest.mark.parametrize("crop", [None, RandomCrop(1.0, 1.0)])
def test_masks_stand_in_for_missing_teacher_maps_of_labelled_samples(samples, tmp_path, crop):
    options = {"teacher_maps_dir": tmp_path / "teacher", "masks_for_maps": True, "crop": crop}
    (tmp_path / "teacher/photo1.png").unlink()
    batch = BlurDataset(samples, SIZE, 7, shuffle=False, **options)[0]
    # photo1's mask says focus, so its 102 is 153 here; the others keep their maps.
    expected = [0, 0.6, 0.2, 0.3, 0.4, 0.5, 0.6]
    np.testing.assert_allclose(batch["teacher_maps"].mean((1, 2, 3)), expected, atol=1 / 255)
    (tmp_path / "teacher/photo6.png").unlink()
    with pytest.raises(ValueError, match="1 of 7 .*photo6.png"):
        BlurDataset(samples, SIZE, 7, **options)


@pytest.mark.parametrize("workers", [1, 2])
def test_fit_sees_the_order_of_the_epoch_that_a_callback_sets(samples, workers):
    dataset = BlurDataset(samples, SIZE, 1, seed=5, workers=workers)
    seen = []

    class Recorder(keras.Model):
        def train_step(self, *data):
            batch = data[-1]
            seen.append(int(batch["images"][0, 0, 0, 0]) // 10)
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
    from pathlib import Path
    from dbdgan_tf.data import BlurDataset, find_unlabelled
    assert keras.backend.backend() == "jax"
    batch = BlurDataset(find_unlabelled({str(samples[0].image.parent)!r}), (8, 6), 4)[0]
    print(batch["images"].shape, batch["labelled"].sum())
    """
    output = run_python(code, blocked=("tensorflow",), env={"KERAS_BACKEND": "jax"})
    assert output.strip() == "(4, 8, 6, 3) 0.0"


def test_shards_of_a_batch_are_its_rows_crops_included(samples):
    whole, first, second = (
        BlurDataset(samples, SIZE, batch_size=4, crop=RandomCrop(0.6), seed=5, shard=shard)
        for shard in ((0, 1), (0, 2), (1, 2))
    )
    for key, values in whole[0].items():
        assert len(first[0][key]) == 2
        np.testing.assert_array_equal(np.concatenate([first[0][key], second[0][key]]), values)
