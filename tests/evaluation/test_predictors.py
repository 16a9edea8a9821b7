import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import Sample, find_samples
from dbdgan_tf.evaluation import (
    ImagePredictor,
    as_predictor,
    averaged,
    maps_predictor,
    mirrored,
)
from dbdgan_tf.evaluation.map_files import read_map, write_map_file


def brightness(images):
    return [image.mean(axis=2) / 255 for image in images]


@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_batches_keep_order_and_a_bad_file_loses_only_itself(dataset, batch_size):
    (dataset / "test/images/b.png").write_bytes(b"")
    samples = find_samples(dataset, "test")
    predictor = ImagePredictor(brightness, batch_size=batch_size)
    outcomes = list(predictor.predict(samples))
    assert [sample.stem for sample, _ in outcomes] == ["a", "b", "c"]
    assert isinstance(outcomes[1][1], ValueError) and "b.png" in str(outcomes[1][1])
    expected = brightness([cv2.imread(str(samples[2].image))])[0]
    np.testing.assert_allclose(outcomes[2][1], expected, atol=1e-6)


def test_one_bad_map_of_a_batch_loses_only_itself(dataset):
    def run(images):
        return [np.full((4, 4), np.nan if index == 1 else 0.25) for index, _ in enumerate(images)]

    outcomes = [
        outcome for _, outcome in ImagePredictor(run, batch_size=3).predict(find_samples(dataset, "test"))
    ]
    assert isinstance(outcomes[1], ValueError) and "NaN" in str(outcomes[1])
    assert outcomes[0].shape == (20, 30) and (outcomes[2] == 0.25).all()


def test_map_size_model_keeps_the_models_size(dataset):
    predictor = ImagePredictor(lambda x: [np.zeros((8, 8))] * len(x), model_size=(8, 8), map_size="model")
    assert {outcome.shape for _, outcome in predictor.predict(find_samples(dataset, "test"))} == {(8, 8)}


def test_mirrored_map_is_the_mean_of_both_ways():
    def left_column(images):
        return [np.concatenate([image[:, :1, 0], 0 * image[:, 1:, 0]], axis=1) / 255 for image in images]

    image = np.zeros((2, 3, 3), np.uint8)
    image[:, 0], image[:, 2] = 51, 255
    predictor = mirrored(ImagePredictor(left_column))
    np.testing.assert_allclose(predictor(image), [[0.1, 0.0, 0.5]] * 2, atol=1e-6)


def test_errors_that_are_no_bad_input_propagate(dataset):
    def broken(images):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        list(ImagePredictor(broken).predict(find_samples(dataset, "test")))


def test_as_predictor():
    predictor = ImagePredictor(brightness)
    assert as_predictor(predictor) is predictor
    wrapped = as_predictor(lambda image: image[..., 0] / 255)
    assert wrapped(np.full((3, 4, 3), 255, np.uint8)).shape == (3, 4)
    with pytest.raises(TypeError, match="Received: int"):
        as_predictor(3)


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"map_size": "half"}])
def test_bad_options(arguments):
    with pytest.raises(ValueError, match="Received"):
        ImagePredictor(brightness, **arguments)


def test_averaged_models_give_the_mean_of_their_maps():
    def constant(value, size=(2, 3)):
        return ImagePredictor(
            lambda images: [np.full(size, value)] * len(images), model_size=size, batch_size=2
        )

    image = np.zeros((2, 3, 3), np.uint8)
    mean = averaged([constant(0.2), constant(0.4), constant(0.9)])
    np.testing.assert_allclose(mean(image), np.full((2, 3), 0.5), atol=1e-6)
    assert mean.batch_size == 2
    with pytest.raises(ValueError, match=r"Received: \[\(2, 3\), \(4, 6\)\]"):
        averaged([constant(0.2), constant(0.4, (4, 6))])


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.array([[0, 128, 255]], np.uint8), [0, 128, 255]),
        (np.array([[0, 32768, 65535]], np.uint16), [0, 32768 / 65535, 1]),
        (np.repeat(np.array([[[0], [128], [255]]], np.uint8), 3, axis=2), [0, 128, 255]),
        (np.repeat(np.array([[[0], [128], [255]]], np.uint8), 4, axis=2), [0, 128, 255]),
    ],
)
def test_read_map(tmp_path, pixels, expected):
    cv2.imwrite(str(tmp_path / "m.png"), pixels)
    np.testing.assert_allclose(read_map(tmp_path / "m.png")[0], expected, atol=1e-7)
    top = 1 if pixels.dtype == np.uint16 else 255
    np.testing.assert_allclose(read_map(tmp_path / "m.png", "focus")[0], top - np.array(expected), atol=1e-7)


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.5 / 255), (16, 0.5 / 65535)])
def test_written_maps_come_back(tmp_path, bits, tolerance):
    blur_map = np.random.default_rng(0).random((5, 7)).astype(np.float32)
    write_map_file(tmp_path / "new/m.png", blur_map, bits)
    values = read_map(tmp_path / "new/m.png")
    scale = 255 if values.dtype == np.uint8 else 1
    np.testing.assert_allclose(values / scale, blur_map, atol=tolerance + 1e-6)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["m.png"]


def test_bad_map_files(tmp_path):
    cv2.imwrite(str(tmp_path / "colour.png"), np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    with pytest.raises(ValueError, match="unequal channels"):
        read_map(tmp_path / "colour.png")
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(ValueError, match="empty.png"):
        read_map(tmp_path / "empty.png")
    with pytest.raises(ValueError, match="Received: 12"):
        write_map_file(tmp_path / "m.png", np.zeros((2, 2)), 12)


def test_bad_map_folders(tmp_path, dataset):
    with pytest.raises(ValueError, match="No such folder"):
        maps_predictor(tmp_path / "absent")
    (tmp_path / "void").mkdir()
    with pytest.raises(ValueError, match="No map in the folder"):
        maps_predictor(tmp_path / "void")
    (dataset / "maps/a.jpg").write_bytes((dataset / "maps/a.png").read_bytes())
    with pytest.raises(ValueError, match="a.jpg and a.png"):
        maps_predictor(dataset / "maps")
    with pytest.raises(ValueError, match="Received: 'white'"):
        maps_predictor(dataset / "maps", "white")


def test_sample_without_mask_is_listed(dataset):
    from dbdgan_tf.evaluation import EvaluationError, evaluate

    sample = Sample("a", dataset / "test/images/a.png")
    with pytest.raises(EvaluationError, match="no mask"):
        evaluate([sample], lambda image: image[..., 0] / 255.0)
