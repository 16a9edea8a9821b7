"""Predictors of a saved network and of a .tflite file."""

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import keras_predictor, model_predictor


@pytest.fixture
def saved_student(tmp_path):
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.models.student import StudentConfig, build_student

    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 64))
    model = build_student(config)
    save_network(tmp_path / "net/student", model, config)
    return tmp_path / "net/student", model, config


def test_keras_predictor_equals_the_network(saved_student, dataset):
    prefix, model, config = saved_student
    samples = find_samples(dataset, "test")
    # Three images in batches of two: the last batch is padded.
    outcomes = list(keras_predictor(prefix, batch_size=2).predict(samples))
    small = list(model_predictor(prefix, batch_size=2, map_size="model").predict(samples))
    for (sample, blur_map), (_, small_map) in zip(outcomes, small, strict=True):
        photo = cv2.cvtColor(cv2.imread(str(sample.image)), cv2.COLOR_BGR2RGB)
        batch = cv2.resize(photo, (64, 32), interpolation=cv2.INTER_LINEAR)[None].astype(np.float32)
        expected = np.asarray(model(config.input_scaling.apply(batch), training=False))[0, ..., 0]
        np.testing.assert_allclose(small_map, expected, atol=1e-5)
        assert blur_map.shape == (20, 30) and blur_map.dtype == np.float32


def test_a_network_works_at_the_size_asked_for(saved_student, dataset):
    prefix, _, _ = saved_student
    samples = find_samples(dataset, "test")
    maps = model_predictor(prefix, map_size="model", image_size=(64, 96)).predict(samples)
    assert {blur_map.shape for _, blur_map in maps} == {(64, 96)}
    with pytest.raises(ValueError, match=r"Received: image_size=\(64, 96\) for model.tflite"):
        model_predictor("model.tflite", image_size=(64, 96))


def test_tflite_goes_through_the_detector(monkeypatch, dataset):
    import dbdgan_tf.inference

    class Detector:
        image_size = (8, 8)

        def __init__(self, path, **options):
            assert path.endswith("model.tflite")

        def __call__(self, image):
            return type("Result", (), {"blur_map": np.full(image.shape[:2], 0.75, np.float32)})

        def small_map(self, image):
            return np.full((8, 8), 0.25, np.float32)

    monkeypatch.setattr(dbdgan_tf.inference, "BlurDetector", Detector)
    samples = find_samples(dataset, "test")
    assert {m.shape for _, m in model_predictor("model.tflite").predict(samples)} == {(20, 30)}
    small = [m for _, m in model_predictor("model.tflite", map_size="model").predict(samples)]
    assert small[0].shape == (8, 8) and (small[0] == 0.25).all()
