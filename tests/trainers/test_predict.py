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

parse = functools.partial(flags.parse, predict.PredictConfig)
PREDICTOR = ImagePredictor(lambda images: [image[..., 0] / 255 for image in images], batch_size=2)


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photos"
    for index, name in enumerate(("a.png", "deep/b.JPG", "deep/c.png", ".hidden/d.png")):
        write_image(folder / name, np.full((16, 24 + index, 3), 40 * index, np.uint8))
    (folder / "notes.txt").write_text("no photograph")
    return folder


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_resume_keeps_what_exists(photographs, tmp_path):
    samples, out = find_photographs(photographs), tmp_path / "out"
    assert [sample.stem for sample in samples] == ["a", "deep/b", "deep/c"]
    # Samples, options, maps written and kept.
    for some, options, expected in (
        (samples[:2], {}, (2, 0)), (samples, {}, (1, 2)), (samples, {"overwrite": True}, (3, 0)),
    ):  # fmt: skip
        report = write_maps(some, PREDICTOR, out, source={"model": "x"}, **options)
        assert (report.written, report.kept, report.failed) == (*expected, {})
    blur_map = read(out / "deep/c.png")
    assert blur_map.shape == (16, 26) and (blur_map == 80).all()
    with pytest.raises(ValueError, match="another model"):
        write_maps(samples, PREDICTOR, out, source={"model": "y"})
    write_maps(samples, PREDICTOR, out, source={"model": "y"}, overwrite=True)
    assert json.loads((out / "maps.json").read_text()) == {"model": "y", "bits": 8}


def test_bad_files_are_listed_and_do_not_stop_the_rest(photographs, tmp_path, monkeypatch):
    (photographs / "a.png").write_bytes(b"")
    report = write_maps(find_photographs(photographs), PREDICTOR, tmp_path / "out")
    assert report.written == 2 and list(report.failed) == [str(photographs / "a.png")]
    assert "1 failed" in str(report) and "a.png" in str(report)
    assert not (tmp_path / "out/a.png").exists()
    monkeypatch.setattr(predict, "run", lambda config: report)
    with pytest.raises(SystemExit, match="1"):
        predict.main(None)
    samples = [Sample("c", photographs / "deep/c.png"), Sample("c", photographs / "a.png")]
    report = write_maps(samples, PREDICTOR, tmp_path / "twice")
    assert report.written == 1 and "same stem" in report.failed[str(photographs / "a.png")]


def test_keras_model_by_flags(photographs, nano_student, tmp_path):
    common = (f"--model={nano_student}.json", f"--input_dir={photographs}", "--noprogress", "--batch_size=2")
    small = f"--output_dir={tmp_path}/small"
    for output in ((f"--output_dir={tmp_path}/full", "--mirror"), (small, "--map_size=model", "--bits=16")):
        assert predict.run(parse(*common, *output)).written == 3
    full_map, small_map = read(tmp_path / "full/a.png"), read(tmp_path / "small/a.png")
    assert (full_map.shape, full_map.dtype) == ((16, 24), np.uint8)
    assert (small_map.shape, small_map.dtype) == ((32, 32), np.uint16)
    assert full_map.mean() / 255 == pytest.approx(small_map.mean() / 65535, abs=0.02)
    for changed in ((small,), (f"--output_dir={tmp_path}/full",)):
        with pytest.raises(ValueError, match="another model or setting"):
            predict.run(parse(*common, *changed))


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
