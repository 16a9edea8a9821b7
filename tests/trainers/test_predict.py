"""The predict command, in process."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.evaluation import ImagePredictor
from dbdgan_tf.evaluation.map_files import find_photographs, write_maps
from trainers import predict


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photos"
    for index, name in enumerate(("a.png", "deep/b.JPG", "deep/c.png", ".hidden/d.png")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.full((16, 24 + index, 3), 40 * index, np.uint8))
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


def test_folder_is_searched_and_stems_are_kept(photographs, tmp_path):
    samples = find_photographs(photographs)
    assert [sample.stem for sample in samples] == ["a", "deep/b", "deep/c"]
    report = write_maps(samples, ImagePredictor(Counting(), batch_size=2), tmp_path / "out")
    assert (report.written, report.kept, report.failed) == (3, 0, {})
    blur_map = cv2.imread(str(tmp_path / "out/deep/c.png"), cv2.IMREAD_UNCHANGED)
    assert blur_map.shape == (16, 26) and (blur_map == 80).all()


def test_resume_keeps_what_exists(photographs, tmp_path):
    samples, run = find_photographs(photographs), Counting()
    write_maps(samples[:2], ImagePredictor(run), tmp_path / "out")
    report = write_maps(samples, ImagePredictor(run), tmp_path / "out")
    assert (report.written, report.kept, run.seen) == (1, 2, 3)
    assert write_maps(samples, ImagePredictor(run), tmp_path / "out", overwrite=True).written == 3


def test_bad_files_are_listed_and_do_not_stop_the_rest(photographs, tmp_path):
    (photographs / "a.png").write_bytes(b"")
    report = write_maps(
        find_photographs(photographs), ImagePredictor(Counting(), batch_size=3), tmp_path / "out"
    )
    assert report.written == 2 and list(report.failed) == [str(photographs / "a.png")]
    assert "1 failed" in str(report) and "a.png" in str(report)
    assert not (tmp_path / "out/a.png").exists()


def test_two_photographs_of_one_stem(photographs, tmp_path):
    samples = [Sample("a", photographs / "a.png"), Sample("a", photographs / "deep/c.png")]
    report = write_maps(samples, ImagePredictor(Counting()), tmp_path / "out")
    assert report.written == 1 and "same stem" in report.failed[str(photographs / "deep/c.png")]


def test_another_models_folder_is_refused(photographs, tmp_path):
    samples, predictor = find_photographs(photographs), ImagePredictor(Counting())
    write_maps(samples, predictor, tmp_path / "out", source={"model": "x"})
    with pytest.raises(ValueError, match="another model"):
        write_maps(samples, predictor, tmp_path / "out", source={"model": "y"})
    write_maps(samples, predictor, tmp_path / "out", source={"model": "y"}, overwrite=True)
    assert json.loads((tmp_path / "out/maps.json").read_text()) == {"model": "y", "bits": 8}


def test_keras_model_by_flags(photographs, tmp_path):
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.models.student import StudentConfig, build_student

    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
    save_network(tmp_path / "student", build_student(config), config)
    common = (
        f"--model={tmp_path}/student.json",
        f"--input_dir={photographs}",
        "--noprogress",
        "--batch_size=2",
    )
    assert predict.run(parse(*common, f"--output_dir={tmp_path}/full")).written == 3
    small = parse(*common, f"--output_dir={tmp_path}/small", "--map_size=model", "--bits=16")
    assert predict.run(small).written == 3
    full_map = cv2.imread(str(tmp_path / "full/a.png"), cv2.IMREAD_UNCHANGED)
    small_map = cv2.imread(str(tmp_path / "small/a.png"), cv2.IMREAD_UNCHANGED)
    assert (full_map.shape, full_map.dtype) == ((16, 24), np.uint8)
    assert (small_map.shape, small_map.dtype) == ((32, 32), np.uint16)
    assert full_map.mean() / 255 == pytest.approx(small_map.mean() / 65535, abs=0.01)
    with pytest.raises(ValueError, match="another model or setting"):
        predict.run(parse(*common, f"--output_dir={tmp_path}/small"))
    with pytest.raises(ValueError, match="another model or setting"):
        predict.run(parse(*common, f"--output_dir={tmp_path}/full", "--mirror"))
    assert predict.run(parse(*common, f"--output_dir={tmp_path}/both", "--mirror")).written == 3


def test_mean_of_two_networks_at_another_size(photographs, tmp_path):
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.models.student import StudentConfig, build_student

    maps = {}
    for name in "ab":
        config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
        save_network(tmp_path / name, build_student(config), config)
    common = f"--input_dir={photographs} --noprogress --map_size=model --bits=16 --image_size=64".split()
    for name, arguments in (("a", ()), ("b", ()), ("mean", (f"--average_with={tmp_path}/b",))):
        model = tmp_path / name.replace("mean", "a")
        predict.run(parse(f"--model={model}", f"--output_dir={tmp_path}/maps/{name}", *common, *arguments))
        maps[name] = cv2.imread(f"{tmp_path}/maps/{name}/a.png", cv2.IMREAD_UNCHANGED).astype(float)
    assert maps["mean"].shape == (64, 64) and abs(maps["a"] - maps["b"]).max() > 10
    np.testing.assert_allclose(maps["mean"], (maps["a"] + maps["b"]) / 2, atol=1.1)
    source = json.loads((tmp_path / "maps/mean/maps.json").read_text())
    assert source["image_size"] == [64, 64] and len(source["models"]) == 2


def test_main_ends_with_one_when_a_file_failed(photographs, tmp_path, monkeypatch):
    failed = predict.PredictConfig("m", "o", input_dir="i")
    monkeypatch.setattr(predict, "run", lambda config: type("Report", (), {"failed": {"x": "y"}})())
    with pytest.raises(SystemExit) as ended:
        predict.main(failed)
    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("--model=m", "--output_dir=o"), "exactly one"),
        (("--model=m", "--output_dir=o", "--input_dir=absent"), "No such folder"),
    ],
)
def test_bad_arguments(arguments, match):
    with pytest.raises(ValueError, match=match):
        predict.run(parse(*arguments))


def test_missing_model(photographs, tmp_path):
    with pytest.raises(ValueError, match="No such model"):
        predict.run(
            parse(f"--model={tmp_path}/absent", f"--input_dir={photographs}", f"--output_dir={tmp_path}/o")
        )


def test_model_or_folds_but_not_both():
    for wrong in ({}, {"model": "m", "out_of_fold": ("a", "b")}):
        with pytest.raises(ValueError, match="exactly one of --model and --out_of_fold"):
            predict.PredictConfig(output_dir="out", input_dir="photos", **wrong)
