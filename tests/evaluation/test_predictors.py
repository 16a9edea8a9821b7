import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import Sample, find_samples
from dbdgan_tf.evaluation import ImagePredictor, averaged, maps_predictor, mirrored, model_predictor
from dbdgan_tf.evaluation.map_files import read_map
from dbdgan_tf.evaluation.predictors import OutOfFoldPredictor, as_predictor, best_network
from dbdgan_tf.inference import BlurDetector
from dbdgan_tf.models import load_network
from dbdgan_tf.photo import read_image
from dbdgan_tf.training.records import read_trained_on, write_trained_on


def brightness(images):
    return [image.mean(axis=2) / 255 for image in images]


def test_batches_keep_order_and_a_bad_file_or_map_loses_only_itself(dataset):
    (dataset / "test/images/b.png").write_bytes(b"")
    samples = find_samples(dataset, "test")
    outcomes = list(ImagePredictor(brightness, batch_size=2).predict(samples))
    assert [sample.stem for sample, _ in outcomes] == ["a", "b", "c"]
    assert isinstance(outcomes[1][1], ValueError) and "b.png" in str(outcomes[1][1])
    expected = brightness([cv2.imread(str(samples[2].image))])[0]
    np.testing.assert_allclose(outcomes[2][1], expected, atol=1e-6)

    def run(images):
        return [np.full((4, 4), np.nan if index == 0 else 0.25) for index, _ in enumerate(images)]

    first, _, third = (found for _, found in ImagePredictor(run, batch_size=3).predict(samples))
    assert isinstance(first, ValueError) and "NaN" in str(first)
    assert third.shape == (20, 30) and (third == 0.25).all()

    def broken(images):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        list(ImagePredictor(broken).predict(samples))


def test_mirrored_map_is_the_mean_of_both_ways():
    def left_column(images):
        return [np.concatenate([image[:, :1, 0], 0 * image[:, 1:, 0]], axis=1) / 255 for image in images]

    image = np.zeros((2, 3, 3), np.uint8)
    image[:, 0], image[:, 2] = 51, 255
    predictor = mirrored(ImagePredictor(left_column))
    np.testing.assert_allclose(predictor(image), [[0.1, 0.0, 0.5]] * 2, atol=1e-6)


def test_as_predictor_and_bad_options():
    predictor = ImagePredictor(brightness)
    assert as_predictor(predictor) is predictor
    wrapped = as_predictor(lambda image: image[..., 0] / 255)
    assert wrapped(np.full((3, 4, 3), 255, np.uint8)).shape == (3, 4)
    with pytest.raises(TypeError, match="Received: int"):
        as_predictor(3)
    for arguments in ({"batch_size": 0}, {"map_size": "half"}):
        with pytest.raises(ValueError, match="Received"):
            ImagePredictor(brightness, **arguments)


def constant(value, size=(4, 4), **options):
    return ImagePredictor(lambda images: [np.full(size, value)] * len(images), model_size=size, **options)


def test_averaged_models_give_the_mean_of_their_maps(dataset):
    mean = averaged([constant(0.2, batch_size=2), constant(0.4), constant(0.9)])
    np.testing.assert_allclose(mean(np.zeros((4, 4, 3), np.uint8)), np.full((4, 4), 0.5), atol=1e-6)
    assert mean.batch_size == 2
    with pytest.raises(ValueError, match=r"Received: \[\(4, 4\), \(4, 6\)\]"):
        averaged([constant(0.2), constant(0.4, (4, 6))])
    maps = constant(0.2, map_size="model").predict(find_samples(dataset, "test"))
    assert {found.shape for _, found in maps} == {(4, 4)}


@pytest.mark.parametrize(("dtype", "channels"), [("uint16", 1), ("uint8", 3), ("uint8", 4)])
def test_read_map(tmp_path, dtype, channels):
    top = 255 if dtype == "uint8" else 65535
    pixels = np.array([[0, top // 2 + 1, top]], dtype)
    cv2.imwrite(str(tmp_path / "m.png"), pixels[..., None].repeat(channels, -1))
    # 16 bits become shares, 8 bits stay levels.
    scale = 1 if dtype == "uint8" else top
    np.testing.assert_allclose(read_map(tmp_path / "m.png"), pixels / scale, atol=1e-7)
    np.testing.assert_allclose(read_map(tmp_path / "m.png", "focus"), (top - pixels) / scale, atol=1e-7)


def test_bad_map_files_and_folders(tmp_path, dataset):
    cv2.imwrite(str(tmp_path / "colour.png"), np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    (tmp_path / "empty.png").write_bytes(b"")
    for name, message in (("colour", "unequal channels"), ("empty", "empty.png")):
        with pytest.raises(ValueError, match=message):
            read_map(tmp_path / f"{name}.png")
    (tmp_path / "void").mkdir()
    (dataset / "maps/a.jpg").write_bytes((dataset / "maps/a.png").read_bytes())
    messages = {"absent": "No such folder", "void": "No map in the folder", "maps": "a.jpg and a.png"}
    for name, message in messages.items():
        with pytest.raises(ValueError, match=message):
            maps_predictor(tmp_path / name)
    with pytest.raises(ValueError, match="Received: 'white'"):
        maps_predictor(dataset / "maps", "white")


def test_a_map_is_the_mean_of_the_networks_that_did_not_see_the_photograph(dataset):
    samples = find_samples(dataset, "test")
    networks = {"a": constant(0.2), "b": constant(0.4), "c": constant(0.9)}
    trained = {"a": {"a"}, "b": {"a", "b"}, "c": {"b"}}
    maps = {sample.stem: m.mean() for sample, m in OutOfFoldPredictor(networks, trained).predict(samples)}
    assert maps == pytest.approx({"a": 0.9, "b": 0.2, "c": 0.5})
    seen = OutOfFoldPredictor(networks, trained, in_fold=True).predict(samples)
    assert {sample.stem: m.mean() for sample, m in seen} == pytest.approx({"a": 0.3, "b": 0.65, "c": 0.5})
    with pytest.raises(ValueError, match="trained on 1 of the photographs. Received: b"):
        list(OutOfFoldPredictor({"a": constant(0.2)}, {"a": {"b"}}).predict(samples))


def test_lists_lie_beside_networks(tmp_path):
    write_trained_on(tmp_path, [Sample("x", tmp_path, tmp_path / "x.png"), Sample("unlabelled", tmp_path)])
    assert read_trained_on(tmp_path / "teacher_best") == {"x"}
    with pytest.raises(ValueError, match="It is not known on which photographs"):
        read_trained_on(tmp_path / "elsewhere" / "teacher_best")
    (tmp_path / "teacher_best.json").touch()
    assert best_network(tmp_path) == str(tmp_path / "teacher_best")
    (tmp_path / "student_best.json").touch()
    with pytest.raises(ValueError, match="with one network"):
        best_network(tmp_path)


def test_keras_predictor_equals_the_network(nano_student, dataset):
    model, config = load_network(nano_student, image_size=(32, 64))
    samples, options = find_samples(dataset, "test"), {"image_size": (32, 64), "batch_size": 2}
    # Three images in batches of two: the last batch is padded.
    outcomes = list(model_predictor(nano_student, **options).predict(samples))
    small = list(model_predictor(nano_student, map_size="model", **options).predict(samples))
    for (sample, blur_map), (_, small_map) in zip(outcomes, small, strict=True):
        photo = cv2.cvtColor(cv2.imread(str(sample.image)), cv2.COLOR_BGR2RGB)
        batch = cv2.resize(photo, (64, 32), interpolation=cv2.INTER_LINEAR)[None].astype(np.float32)
        expected = np.asarray(model(config.input_scaling.apply(batch), training=False))[0, ..., 0]
        np.testing.assert_allclose(small_map, expected, atol=1e-5)
        assert blur_map.shape == (20, 30) and blur_map.dtype == np.float32
        assert small_map.shape == (32, 64)
    with pytest.raises(ValueError, match=r"Received: image_size=\(64, 96\) for model.tflite"):
        model_predictor("model.tflite", image_size=(64, 96))


def test_tflite_goes_through_the_detector(model, dataset):
    samples, detector = find_samples(dataset, "test"), BlurDetector(model)
    large, small = (
        list(model_predictor(model, map_size=size).predict(samples)) for size in ("photo", "model")
    )
    for (sample, blur_map), (_, small_map) in zip(large, small, strict=True):
        np.testing.assert_allclose(blur_map, detector(sample.image).blur_map, atol=1e-6)
        np.testing.assert_allclose(small_map, detector.small_map(read_image(sample.image)), atol=1e-6)
