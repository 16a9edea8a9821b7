"""The evaluate command, in process."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.evaluation import ImagePredictor
from dbdgan_tf.photo import write_image
from trainers import evaluate

parse = functools.partial(flags.parse, evaluate.EvaluateConfig)


@pytest.fixture
def dataset(tmp_path):
    for index, stem in enumerate("ab"):
        mask = np.zeros((20, 30), np.uint8)
        mask[:, : 10 + 5 * index] = 255
        for folder in ("test/images", "test/masks", "maps"):
            write_image(tmp_path / folder / f"{stem}.png", mask)
    return tmp_path


@pytest.fixture
def evaluate_maps(dataset):
    """Runs the command on the folder of maps."""
    common = (f"--data_dir={dataset}", f"--maps_dir={dataset}/maps", f"--output_dir={dataset}/out")
    return lambda *arguments: evaluate.run(parse(*common, *arguments))


def test_maps_folder_by_flags(dataset, evaluate_maps, capsys):
    evaluate_maps("--positive=focus", "--noprogress")
    metrics = json.loads((dataset / "out/metrics.json").read_text())
    names = "n max_f f_050 adaptive_f mae iou accuracy s_measure e_measure weighted_f".split()
    assert set(names) <= set(metrics)
    assert (metrics["n"], metrics["max_f"], metrics["mae"]) == (2, 1, 0)
    assert "| maps | focus | 2 | 1.0000 |" in capsys.readouterr().out
    files = "metrics.json evaluation.json scores.npz per_image.csv curves.csv pr_curve.png f_curve.png"
    assert {path.name for path in (dataset / "out").iterdir()} == {*files.split(), "reliability.png"}


def test_missing_maps_need_the_flag(dataset, evaluate_maps, capsys):
    (dataset / "maps/b.png").unlink()
    with pytest.raises(ValueError, match="b: no map"):
        evaluate_maps()
    evaluate_maps("--allow_missing")
    assert "1 photographs have no map and are left out: b" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flag", "mae"), [((), 1), (("--maps_polarity=focus",), 0), (("--mask_polarity=focus",), 0)]
)
def test_polarities(dataset, evaluate_maps, flag, mae):
    for path in (dataset / "maps").iterdir():
        write_image(path, 255 - cv2.imread(str(path), 0))
    assert evaluate_maps(*flag).metrics(0)["blur"]["mae"] == mae


def test_keras_model_keeps_its_maps(dataset, nano_student):
    common = (f"--data_dir={dataset}", "--noprogress", "--bootstrap=0")
    model = evaluate.run(parse(*common, f"--model={nano_student}", f"--output_dir={dataset}/model"))
    maps = evaluate.run(parse(*common, f"--maps_dir={dataset}/model/maps", f"--output_dir={dataset}/maps2"))
    assert model.metrics(0) == maps.metrics(0)
    assert model.name == "student" and model.maps_dir == str(dataset / "model/maps")


@pytest.mark.parametrize("sources", [(), ("--maps_dir=a", "--model=b")])
def test_exactly_one_source(sources):
    with pytest.raises(ValueError, match="exactly one of --maps_dir and --model"):
        parse("--data_dir=x", "--output_dir=y", *sources)


@pytest.fixture
def several(tmp_path):
    """Two data sets, one of a scene focused near and far, and two uniform scenes."""
    half = np.zeros((32, 32), np.uint8)
    half[:, 16:] = 255
    for name, stems in (("photos", ("p1", "p2")), ("scenes", ("s_near", "s_far"))):
        for stem in stems:
            mask = 255 - half if stem in ("p2", "s_far") else half
            for folder in ("train/images", "train/masks"):
                write_image(tmp_path / name / folder / f"{stem}.png", mask)
    for stem, level in (("sky", 10), ("wall", 250)):
        write_image(tmp_path / f"uniform/{stem}.png", np.full((32, 32), level, np.uint8))
    (tmp_path / "uniform.txt").write_text("sharp sky\nblurred wall\n")
    (tmp_path / "list.txt").write_text("p1\ns_near\ns_far\n")
    return tmp_path


def test_sources_and_uniform_scenes_become_one_number(several, monkeypatch, capsys):
    # What is bright is called blurred, and of the scene focused far nothing.
    def run_batch(images):
        return [image[..., 0] / 255.0 * (image[0, 0, 0] < 200 or image.std() < 5) for image in images]

    monkeypatch.setattr("dbdgan_tf.evaluation.model_predictor", lambda *_, **__: ImagePredictor(run_batch))
    words = f"""--data_dir={several}/photos,{several}/scenes --split=train --model=any.tflite --noprogress
        --list={several}/list.txt --output_dir={several}/out
        --uniform_dir={several}/uniform --uniform_list={several}/uniform.txt"""
    results = evaluate.run(parse(*words.split()))
    assert results["photos"].classes["focus"].stems == ("p1",)
    printed = capsys.readouterr().out
    # p1 is right; half of the scene focused far is wrong, a quarter of the pair; uniform scenes are right.
    assert "Selection 0.8750: photos max F in focus 1.0000 - MAE 0.0000; half of 0.2500 of" in printed
    assert "1 scenes sharp all over: in-focus share 1.000 (worst: sky 1.00)" in printed
    shares = json.loads((several / "out/uniform.json").read_text())["mean_in_focus_share"]
    assert shares == {"sharp": 1, "blurred": 0}
    with pytest.raises(ValueError, match="go together, with --model"):
        evaluate.EvaluateConfig("data", "out", model="m", uniform_dir="photos")
