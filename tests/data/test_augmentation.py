import dataclasses

import keras
import numpy as np
import pytest

from dbdgan_tf.data import augmentation
from dbdgan_tf.data.augmentation import AugmentationConfig, BatchAugmentation
from dbdgan_tf.data.pixel_operations import keras_cv_operations, keras_operations

SIZE = (24, 32)
STILL = AugmentationConfig(**{field.name: 1.0 if field.name in ("zoom", "gamma") else 0.0
                              for field in dataclasses.fields(AugmentationConfig)})  # fmt: skip
MASKS = np.random.default_rng(0).integers(0, 256, (4, *SIZE, 1), np.uint8)
BATCH = {
    "images": MASKS.repeat(3, -1), "segmentation_masks": MASKS / np.float32(255),
    "teacher_maps": 1 - MASKS / np.float32(255), "counted": np.ones((4, *SIZE, 1), np.float32),
    "labelled": np.float32([1, 0, 1, 1]),
}  # fmt: skip


def only(**strengths):
    return dataclasses.replace(STILL, **strengths)


def augment(batch, config=None, seed=0, training=True):
    layer = BatchAugmentation(SIZE, seed, config)
    return {key: np.asarray(value) for key, value in layer(batch, training=training).items()}


def test_photo_mask_and_teacher_map_move_together():
    changed = augment(BATCH, dataclasses.replace(AugmentationConfig(), colour=0.0, grey=0.0))
    masks = changed["segmentation_masks"]
    np.testing.assert_allclose(changed["images"] / 255, masks.repeat(3, -1), atol=1e-3)
    np.testing.assert_allclose(1 - changed["teacher_maps"], masks, atol=1e-5)
    np.testing.assert_array_equal(changed["labelled"], BATCH["labelled"])
    assert np.abs(masks - BATCH["segmentation_masks"]).mean() > 0.05
    for same in (augment(BATCH, STILL), augment(BATCH, training=False)):
        np.testing.assert_allclose(same["images"], BATCH["images"], atol=0.05)
    flipped = augment(BATCH, only(flip=1.0))["segmentation_masks"]
    np.testing.assert_array_equal(flipped, BATCH["segmentation_masks"][:, :, ::-1])


def test_pixels_mixed_with_ignored_ones_do_not_count():
    counted = BATCH["counted"].copy()
    counted[:, 3:5, 4:7] = 0
    changed = augment({**BATCH, "counted": counted}, only(affine=1.0, rotation=20.0))["counted"]
    assert set(np.unique(changed)) == {0.0, 1.0}
    # Each output pixel shows up to four, so the hole grows, never shrinks.
    assert (changed == 0).sum((1, 2, 3)).min() >= 6


@pytest.mark.parametrize("resample", [augmentation.affine_transform, augmentation.affine_gather])
@pytest.mark.parametrize(
    "row, expected",
    [
        ([-1, 0, 3, 0, 1, 0, 0, 0], [[3, 2, 1, 0], [7, 6, 5, 4], [11, 10, 9, 8]]),
        ([1, 0, 0.5, 0, 1, 0.5, 0, 0], [[2.5, 3.5, 4.5, 5], [6.5, 7.5, 8.5, 9], [8.5, 9.5, 10.5, 11]]),
        ([1, 0, -2, 0, 1, 1, 0, 0], [[5, 4, 4, 5], [9, 8, 8, 9], [9, 8, 8, 9]]),
        ([0, 1, 0, 1, 0, 0, 0, 0], [[0, 4, 8, 8], [1, 5, 9, 9], [2, 6, 10, 10]]),
    ],
)
def test_affine_by_hand(resample, row, expected):
    ramp = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    result = resample(ramp, np.array([row], np.float32))
    np.testing.assert_allclose(np.asarray(result)[0, ..., 0], expected, atol=1e-5)


def test_matrices_by_hand():
    layer = BatchAugmentation((11, 21), config=only(affine=1.0, rotation=90.0, zoom=4.0, shift=0.1))
    draws = np.full((16, 3), 0.5, np.float32)
    # Photo 0 stays; photo 1 turns by 90 degrees; photo 2 is magnified by 2 and shifted by 0.1 * 21 px.
    draws[2, 1], draws[3, 2], draws[4, 2] = 1.0, 0.75, 1.0
    expected = [[1, 0, 0, 0, 1, 0, 0, 0], [0, -1, 15, 1, 0, -5, 0, 0], [0.5, 0, 5 + 2.1, 0, 0.5, 2.5, 0, 0]]
    np.testing.assert_allclose(layer._matrices(draws), expected, atol=1e-5)


def test_colour_changes_look_at_one_pixel_at_a_time():
    """Shuffling the pixels first or last gives the same photo, so no pixel becomes more or less blurred."""
    images = np.random.default_rng(0).integers(0, 256, (4, *SIZE, 3), np.uint8)
    order = np.random.default_rng(1).permutation(SIZE[0] * SIZE[1])

    def shuffle(images):
        return images.reshape(4, -1, 3)[:, order].reshape(images.shape)

    config = dataclasses.replace(AugmentationConfig(), flip=0.0, affine=0.0, noise=0.0, grey=0.5)
    first, last = (augment({"images": each}, config, seed=3)["images"] for each in (images, shuffle(images)))
    np.testing.assert_allclose(shuffle(first), last, atol=0.01)


def test_noise_has_the_strength_that_was_asked_for():
    images = np.full((200, *SIZE, 3), 128, np.uint8)
    changed = augment({"images": images}, only(colour=1.0, noise=0.04))["images"]
    deviations = changed.std((1, 2, 3)) / 255
    assert deviations.max() < 0.0405 and 0.017 < deviations.mean() < 0.023
    np.testing.assert_allclose(changed.mean(), 128, atol=0.2)


@pytest.mark.parametrize("operations", [keras_cv_operations, keras_operations])
def test_pixel_operations_by_hand(operations):
    pixels = operations()
    images = np.array([[[[100, 50, 0], [200, 100, 0]]], [[[10, 20, 30], [30, 40, 50]]]], np.float32)
    cases = {
        "brightness": ([60.0, -20.0], [[[160, 110, 60], [255, 160, 60]], [[0, 0, 10], [10, 20, 30]]]),
        "contrast": ([0.0, 2.0], [[[150, 75, 0], [150, 75, 0]], [[0, 10, 20], [40, 50, 60]]]),
        "saturation": ([0.5, 0.0], [[[100, 75, 50], [200, 150, 100]], [[30, 30, 30], [50, 50, 50]]]),
        "hue": ([1 / 3, 0.0], [[[0, 100, 50], [0, 200, 100]], [[10, 20, 30], [30, 40, 50]]]),
        "grey": ([1.0, 0.0], [[[59, 59, 59], [119, 119, 119]], [[10, 20, 30], [30, 40, 50]]]),
    }
    for name, (values, expected) in cases.items():
        result = getattr(pixels, name)(keras.ops.array(images), keras.ops.array(values, "float32"))
        np.testing.assert_allclose(result[:, 0], expected, atol=0.6, err_msg=name)
    squared = augmentation._gamma(images / 2, np.float32([2.0, 0.5]))
    np.testing.assert_allclose(squared[0, 0, 1], [100**2 / 255, 50**2 / 255, 0], atol=1e-3)


def test_both_libraries_give_the_same_pictures():
    ours, theirs = (BatchAugmentation(SIZE, seed=7) for _ in range(2))
    assert ours.pixels.hue.__module__.startswith("keras_cv.")
    theirs.pixels = keras_operations()
    expected, changed = ours(BATCH, training=True), theirs(BATCH, training=True)
    for key, value in expected.items():
        np.testing.assert_allclose(changed[key], value, atol=0.02, err_msg=key)


def test_config_and_state_resume_exactly():
    layer = BatchAugmentation(SIZE, seed=5, config=only(flip=0.25, colour=1.0, noise=0.1))
    layer(BATCH, training=True)
    copy = BatchAugmentation.from_config(layer.get_config())
    assert copy.config == layer.config
    (state,) = copy.variables
    state.assign(layer.variables[0])
    np.testing.assert_array_equal(copy(BATCH)["images"], layer(BATCH)["images"])
    assert np.abs(copy(BATCH)["images"] - copy(BATCH)["images"]).mean() > 1


def test_jax_threads_the_state_without_tensorflow(run_python):
    code = """
    import jax, keras, numpy as np
    from dbdgan_tf.data import BatchAugmentation
    layer = BatchAugmentation((16, 16), seed=1)
    batch = {"images": np.random.default_rng(0).integers(0, 255, (2, 16, 16, 3)).astype("uint8"),
             "segmentation_masks": np.ones((2, 16, 16, 1), "float32"), "labelled": np.ones(2, "float32")}
    state = [variable.value for variable in layer.non_trainable_variables]
    step = jax.jit(lambda state: layer.stateless_call([], state, batch, training=True))
    first, after = step(state)
    assert abs(first["images"] - step(after)[0]["images"]).mean() > 1
    assert (first["images"] == step(state)[0]["images"]).all()
    assert abs(layer(batch, training=True)["images"] - first["images"]).max() < 0.01
    print(layer.pixels.hue.__module__, len(state))
    """
    output = run_python(code, blocked=("tensorflow", "keras_cv"), env={"KERAS_BACKEND": "jax"})
    assert output.split() == ["dbdgan_tf.data.pixel_operations", "1"]
