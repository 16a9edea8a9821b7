"""The predict command, in process."""

import functools
import json

import cv2
import keras
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.evaluation import ImagePredictor
from dbdgan_tf.evaluation.map_files import find_photographs, write_maps
from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.photo import write_image
from trainers import predict


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photos"
    for index, name in enumerate(("a.png", "deep/b.JPG", "deep/c.png", ".hidden/d.png")):
        write_image(folder / name, np.full((16, 24 + index, 3), 40 * index, np.uint8))
    (folder / "notes.txt").write_text("no photograph")
    return folder


class Counting:
    """A predictor's function that counts the images it saw."""

    def __init__(self):
        self.seen = 0

    def __call__(self, images):
        self.seen += len(images)
        return [image[..., 0] / 255 for image in images]


parse = functools.partial(flags.parse, predict.PredictConfig)


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_folder_is_searched_and_stems_are_kept(photographs, tmp_path):
    samples = find_photographs(photographs)
    assert [sample.stem for sample in samples] == ["a", "deep/b", "deep/c"]
    report = write_maps(samples, ImagePredictor(Counting(), batch_size=2), tmp_path / "out")
    assert (report.written, report.kept, report.failed) == (3, 0, {})
    blur_map = read(tmp_path / "out/deep/c.png")
    assert blur_map.shape == (16, 26) and (blur_map == 80).all()


def test_resume_keeps_what_exists(photographs, tmp_path):
    samples, run = find_photographs(photographs), Counting()
    write_maps(samples[:2], ImagePredictor(run), tmp_path / "out")
    report = write_maps(samples, ImagePredictor(run), tmp_path / "out")
    assert (report.written, report.kept, run.seen) == (1, 2, 3)
    assert write_maps(samples, ImagePredictor(run), tmp_path / "out", overwrite=True).written == 3


def test_bad_files_are_listed_and_do_not_stop_the_rest(photographs, tmp_path):
    (photographs / "a.png").write_bytes(b"")
    predictor = ImagePredictor(Counting(), batch_size=3)
    report = write_maps(find_photographs(photographs), predictor, tmp_path / "out")
    assert report.written == 2 and list(report.failed) == [str(photographs / "a.png")]
    assert "1 failed" in str(report) and "a.png" in str(report)
    assert not (tmp_path / "out/a.png").exists()
    samples = [Sample("c", photographs / "deep/c.png"), Sample("c", photographs / "a.png")]
    report = write_maps(samples, predictor, tmp_path / "twice")
    assert report.written == 1 and "same stem" in report.failed[str(photographs / "a.png")]


def test_another_models_folder_is_refused(photographs, tmp_path):
    samples, predictor = find_photographs(photographs), ImagePredictor(Counting())
    write_maps(samples, predictor, tmp_path / "out", source={"model": "x"})
    with pytest.raises(ValueError, match="another model"):
        write_maps(samples, predictor, tmp_path / "out", source={"model": "y"})
    write_maps(samples, predictor, tmp_path / "out", source={"model": "y"}, overwrite=True)
    assert json.loads((tmp_path / "out/maps.json").read_text()) == {"model": "y", "bits": 8}


def test_keras_model_by_flags(photographs, nano_student, tmp_path):
    common = (f"--model={nano_student}.json", f"--input_dir={photographs}", "--noprogress", "--batch_size=2")
    assert predict.run(parse(*common, f"--output_dir={tmp_path}/full")).written == 3
    small = parse(*common, f"--output_dir={tmp_path}/small", "--map_size=model", "--bits=16")
    assert predict.run(small).written == 3
    full_map, small_map = read(tmp_path / "full/a.png"), read(tmp_path / "small/a.png")
    assert (full_map.shape, full_map.dtype) == ((16, 24), np.uint8)
    assert (small_map.shape, small_map.dtype) == ((32, 32), np.uint16)
    assert full_map.mean() / 255 == pytest.approx(small_map.mean() / 65535, abs=0.01)
    for changed in ((f"--output_dir={tmp_path}/small",), (f"--output_dir={tmp_path}/full", "--mirror")):
        with pytest.raises(ValueError, match="another model or setting"):
            predict.run(parse(*common, *changed))
    assert predict.run(parse(*common, f"--output_dir={tmp_path}/both", "--mirror")).written == 3


def test_mean_of_two_networks_at_another_size(photographs, nano_student, tmp_path):
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
    keras.utils.set_random_seed(1)
    save_network(tmp_path / "b", build_student(config), config)
    common = f"--input_dir={photographs} --noprogress --map_size=model --bits=16 --image_size=64".split()

    def maps(name, model, *arguments):
        predict.run(parse(f"--model={model}", f"--output_dir={tmp_path}/maps/{name}", *common, *arguments))
        return read(tmp_path / f"maps/{name}/a.png").astype(float)

    a, b = maps("a", nano_student), maps("b", tmp_path / "b")
    mean = maps("mean", nano_student, f"--average_with={tmp_path}/b")
    assert mean.shape == (64, 64) and abs(a - b).max() > 10
    np.testing.assert_allclose(mean, (a + b) / 2, atol=1.1)
    source = json.loads((tmp_path / "maps/mean/maps.json").read_text())
    assert source["image_size"] == [64, 64] and len(source["models"]) == 2


def test_main_ends_with_one_when_a_file_failed(monkeypatch):
    monkeypatch.setattr(predict, "run", lambda config: type("Report", (), {"failed": {"x": "y"}})())
    with pytest.raises(SystemExit) as ended:
        predict.main(predict.PredictConfig("m", "o", input_dir="i"))
    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ("--model=m", "exactly one"),
        ("--model=m --input_dir=absent", "No such folder"),
        ("--model=absent --input_dir={}", "No such model"),
        ("--input_dir={}", "exactly one of --model and --out_of_fold"),
        ("--input_dir={} --model=m --out_of_fold=a,b", "exactly one of --model and --out_of_fold"),
    ],
)
def test_bad_arguments(photographs, arguments, match):
    with pytest.raises(ValueError, match=match):
        predict.run(parse("--output_dir=o", *arguments.format(photographs).split()))
