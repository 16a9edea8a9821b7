"""BlurDetector end to end on models whose answers are known."""

import threading

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference import BatchError, BlurDetector, ModelFileError, bundled


@pytest.fixture(scope="module")
def photo():
    return np.random.default_rng(3).integers(0, 256, (32, 48, 3), np.uint8)


@pytest.mark.parametrize(("io", "tolerance"), [("float32", 1e-6), ("int8", 0.013), ("uint8", 0.013)])
def test_every_io_type_gives_the_known_map(flat_models, photo, io, tolerance):
    # Half a step of the logit (1/32) times the sigmoid's steepest slope, plus half a step of the answer.
    detector = BlurDetector(flat_models.grey_model(io=io))
    blur_map = detector(photo).blur_map
    assert blur_map.dtype == np.float32
    assert np.abs(blur_map - flat_models.grey_answer(photo)).max() <= tolerance
    if io == "uint8":  # Bytes are passed on untouched.
        assert np.array_equal(detector.prepare(photo), photo)


def test_map_has_the_photographs_size(grey_file):
    result = BlurDetector(grey_file)(np.full((100, 70, 3), 127, np.uint8))
    assert result.blur_map.shape == (100, 70)
    assert result.blur_map == pytest.approx(1 / (1 + np.e), abs=1e-6)


def test_polarity_and_scaling_come_from_the_file(flat_models, photo):
    focus = BlurDetector(flat_models.grey_model(polarity="focus"))(photo).blur_map
    assert focus == pytest.approx(1 - flat_models.grey_answer(photo), abs=1e-6)
    content = flat_models.grey_model(input_mean=(0, 10, 20), input_std=(255, 100, 50))
    scaled = (photo - np.array([0.0, 10, 20])) / [255, 100, 50]
    expected = 1 / (1 + np.exp(-(scaled @ [1.0, 2, 3] - 1)))
    assert BlurDetector(content)(photo).blur_map == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (20000, 10), (10, 20000)])
@pytest.mark.parametrize("options", [{}, {"tile": True}, {"upsampling": "guided"}])
def test_odd_sizes(grey_file, shape, options):
    blur_map = BlurDetector(grey_file, **options)(np.full((*shape, 3), 127, np.uint8)).blur_map
    assert blur_map.shape == shape
    assert blur_map == pytest.approx(1 / (1 + np.e), abs=1e-4)
    with pytest.raises(ValueError, match="Allowed: bilinear, guided"):
        BlurDetector(grey_file, upsampling="cubic")


def test_batch(grey_file, photo):
    detector = BlurDetector(grey_file)
    results = detector.detect_batch(iter([photo, photo[:5]]))
    assert [result.blur_map.shape for result in results] == [(32, 48), (5, 48)]
    with pytest.raises(BatchError, match="1 of 3 images failed") as caught:
        detector.detect_batch([photo, b"broken", photo[:5, :7]])
    assert list(caught.value.errors) == [1]
    assert [result and result.blur_map.shape for result in caught.value.results] == [(32, 48), None, (5, 7)]


def test_video_is_lazy(grey_file, photo):
    taken = []

    def frames():
        for index in range(5):
            taken.append(index)
            yield photo

    stream = BlurDetector(grey_file).detect_video(frames())
    next(stream)
    assert taken == [0]
    assert sum(1 for _ in stream) == 4


def test_video_file(grey_file, tmp_path):
    path = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 5, (48, 32))
    for level in (0, 127, 255):
        writer.write(np.full((32, 48, 3), level, np.uint8))
    writer.release()
    dark, grey, bright = (result.blur_map.mean() for result in BlurDetector(grey_file).detect_video(path))
    assert dark < grey < bright
    with pytest.raises(ValueError, match="no film here"):
        next(BlurDetector(grey_file).detect_video(str(tmp_path / "none.avi")))


def test_threads_get_their_own_answers(flat_models):
    detector = BlurDetector(flat_models.grey_model((64, 64)))
    failures = []

    def work(level):
        image = np.full((64, 64, 3), level, np.uint8)
        expected = flat_models.grey_answer(image)
        for _ in range(30):
            if np.abs(detector(image).blur_map - expected).max() > 1e-5:
                failures.append(level)

    threads = [threading.Thread(target=work, args=(level,)) for level in (0, 60, 120, 180, 240)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_model_without_metadata(flat_models, photo):
    content = flat_models.grey_model(metadata=False)
    with pytest.raises(ModelFileError, match="dbdgan convert"):
        BlurDetector(content)
    about = BlurDetector(flat_models.grey_model()).metadata
    assert BlurDetector(content, metadata=about)(photo).blur_map.shape == (32, 48)


def test_a_model_that_gives_nan_is_an_error_not_a_black_map(flat_models, photo):
    model = flat_models.FlatModel()
    image = model.tensor("image", (1, 32, 48, 3))
    kernel, bias = model.tensor("k", (1, 1, 1, 3), data=[np.nan] * 3), model.tensor("b", (1,), data=[0])
    answer = model.tensor("map", (1, 32, 48, 1))
    model.op("CONV_2D", [image, kernel, bias], [answer], flat_models.conv_options())
    about = BlurDetector(flat_models.grey_model()).metadata
    with pytest.raises(ModelFileError, match="NaN"):
        BlurDetector(model.pack([image], [answer]), metadata=about)(photo)


def test_no_bundled_model_says_how_to_get_one(monkeypatch, tmp_path, flat_models):
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    with pytest.raises(ModelFileError, match="dbdgan convert"):
        BlurDetector()
    (tmp_path / "lite_int8.tflite").write_bytes(flat_models.grey_model())
    assert BlurDetector().image_size == BlurDetector("lite").image_size == (32, 48)


def test_runs_where_tensorflow_and_keras_cannot_be_imported(grey_file, run_python):
    code = f"""
        import numpy as np
        import dbdgan_tf
        result = dbdgan_tf.BlurDetector({str(grey_file)!r}, tile=True, upsampling="guided")(
            np.full((50, 60, 3), 127, np.uint8))
        print(result.blur_map.shape, round(float(result.blur_map.mean()), 4), result.in_focus_share)
    """
    blocked = ("tensorflow", "keras", "tf_keras", "jax", "torch")
    assert run_python(code, blocked=blocked).strip() == "(50, 60) 0.2689 1.0"
