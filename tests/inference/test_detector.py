"""BlurDetector end to end: models whose answers are known, large photographs and panoramas."""

import concurrent.futures

import cv2
import numpy as np
import pytest

from dbdgan_tf.evaluation.degradations import disc
from dbdgan_tf.inference import BatchError, BlurDetector, ModelFileError


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


def test_polarity_and_scaling_come_from_the_file(flat_models, photo):
    focus = BlurDetector(flat_models.grey_model(polarity="focus"))(photo).blur_map
    assert focus == pytest.approx(1 - flat_models.grey_answer(photo), abs=1e-6)
    content = flat_models.grey_model(input_mean=(0, 10, 20), input_std=(255, 100, 50))
    scaled = (photo - np.array([0.0, 10, 20])) / [255, 100, 50]
    expected = 1 / (1 + np.exp(-(scaled @ [1.0, 2, 3] - 1)))
    assert BlurDetector(content)(photo).blur_map == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("shape", [(100, 70), (1, 1), (1, 500), (20000, 10), (10, 20000)])
@pytest.mark.parametrize("options", [{}, {"tile": True}, {"upsampling": "guided"}])
def test_map_has_the_photographs_size(model, shape, options):
    blur_map = BlurDetector(model, **options)(np.full((*shape, 3), 127, np.uint8)).blur_map
    assert blur_map.shape == shape
    assert blur_map == pytest.approx(1 / (1 + np.e), abs=1e-4)


def test_unknown_options():
    for option, allowed in (("upsampling", "bilinear, guided"), ("scale", "whole, native")):
        with pytest.raises(ValueError, match=f"Unknown {option}. Received: 'half'. Allowed: {allowed}."):
            BlurDetector(**{option: "half"})


def test_batch(model, photo):
    detector = BlurDetector(model)
    results = detector.detect_batch(iter([photo, photo[:5]]))
    assert [result.blur_map.shape for result in results] == [(32, 48), (5, 48)]
    with pytest.raises(BatchError, match="1 of 3 images failed") as caught:
        detector.detect_batch([photo, b"broken", photo[:5, :7]])
    assert list(caught.value.errors) == [1]
    assert [result and result.blur_map.shape for result in caught.value.results] == [(32, 48), None, (5, 7)]


def test_video_of_frames_is_lazy_and_of_a_file_in_order(model, photo, tmp_path):
    detector, frames = BlurDetector(model), iter([photo] * 5)
    stream = detector.detect_video(frames)
    next(stream)
    assert len(list(frames)) == 4
    path = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 5, (48, 32))
    for level in (0, 127, 255):
        writer.write(np.full((32, 48, 3), level, np.uint8))
    writer.release()
    dark, grey, bright = (result.blur_map.mean() for result in detector.detect_video(path))
    assert dark < grey < bright


def test_threads_get_their_own_answers(flat_models):
    detector = BlurDetector(flat_models.grey_model((64, 64)))

    def work(level):
        image = np.full((64, 64, 3), level, np.uint8)
        maps = [detector(image).blur_map for _ in range(30)]
        return np.abs(np.array(maps) - flat_models.grey_answer(image)).max()

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        assert max(pool.map(work, (0, 60, 120, 180, 240))) <= 1e-5


def test_model_without_metadata_and_one_that_gives_nan(flat_models, photo):
    content = flat_models.grey_model(metadata=False)
    with pytest.raises(ModelFileError, match="dbdgan convert"):
        BlurDetector(content)
    about = BlurDetector(flat_models.grey_model()).metadata
    assert BlurDetector(content, metadata=about)(photo).blur_map.shape == (32, 48)
    one = np.float32(1).tobytes()
    assert content.count(one) == 1
    with pytest.raises(ModelFileError, match="NaN"):
        BlurDetector(content.replace(one, np.float32(np.nan).tobytes()), metadata=about)(photo)


def test_runs_where_tensorflow_and_keras_cannot_be_imported(model, run_python):
    code = f"""
        import numpy as np
        import dbdgan_tf
        result = dbdgan_tf.BlurDetector({model!r}, tile=True, upsampling="guided")(
            np.full((50, 60, 3), 127, np.uint8))
        print(result.blur_map.shape, round(float(result.blur_map.mean()), 4), result.in_focus_share)
    """
    blocked = ("tensorflow", "keras", "tf_keras", "jax", "torch")
    assert run_python(code, blocked=blocked).strip() == "(50, 60) 0.2689 1.0"


@pytest.fixture(scope="module")
def detectors():
    return [BlurDetector(scale=scale) for scale in ("whole", "native")]


@pytest.fixture(scope="module")
def large():
    """Sharp blocks of 4 px, 1440 x 1080."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 256, (270, 360, 3), np.uint8) * (rng.random((270, 360, 1)) < 0.5)
    return blocks.astype(np.uint8).repeat(4, 0).repeat(4, 1)


def test_native_scale_sees_blur_that_shrinks_away(detectors, large):
    whole, native = (detector(large).in_focus_share for detector in detectors)
    assert native > 0.9 * whole
    whole, native = (detector(disc(large, 4)) for detector in detectors)
    assert native.in_focus_share < 0.1 and whole.in_focus_share > 0.5
    assert np.all(native.blur_map >= whole.blur_map)


def test_panoramas_are_cut(detectors, large):
    photo = np.ascontiguousarray(large[:480, :720])
    panorama = np.tile(photo, (1, 6, 1))
    one, long = (detectors[0].small_map(image) for image in (photo, panorama))
    assert long.shape == (384, 6 * 576) and long.mean() == pytest.approx(one.mean(), abs=0.1)
    assert detectors[0](panorama).blur_map.shape == (480, 4320)
