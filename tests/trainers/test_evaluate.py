import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.evaluation import ImagePredictor
from dbdgan_tf.photo import write_image
from trainers import evaluate, report

parse = functools.partial(flags.parse, evaluate.EvaluateConfig)


@pytest.fixture
def dataset(tmp_path):
    for index, stem in enumerate("ab"):
        mask = np.zeros((20, 30), np.uint8)
        mask[:, : 10 + 5 * index] = 255
        for folder in ("test/images", "test/masks", "maps"):
            write_image(tmp_path / folder / f"{stem}.png", mask)
    return tmp_path


def test_maps_folder_by_flags(dataset, capsys):
    common = (f"--data_dir={dataset}", f"--maps_dir={dataset}/maps", f"--output_dir={dataset}/out")
    evaluate.run(parse(*common, "--positive=focus", "--noprogress"))
    metrics = json.loads((dataset / "out/metrics.json").read_text())
    names = "n max_f f_050 adaptive_f mae iou accuracy s_measure e_measure weighted_f".split()
    assert set(names) <= set(metrics)
    assert (metrics["n"], metrics["max_f"], metrics["mae"]) == (2, 1, 0)
    files = "metrics.json evaluation.json scores.npz per_image.csv curves.csv pr_curve.png f_curve.png"
    assert {path.name for path in (dataset / "out").iterdir()} == {*files.split(), "reliability.png"}
    (dataset / "maps/b.png").unlink()
    write_image(dataset / "maps/a.png", 255 - cv2.imread(f"{dataset}/maps/a.png", 0))
    with pytest.raises(ValueError, match="b: no map"):
        evaluate.run(parse(*common))
    for polarity, mae in ((), 1), (("--maps_polarity=focus",), 0), (("--mask_polarity=focus",), 0):
        result = evaluate.run(parse(*common, "--allow_missing", *polarity))
        assert result.metrics(0)["blur"]["mae"] == mae
    printed = capsys.readouterr().out
    assert "| maps | focus | 2 | 1.0000 |" in printed
    assert "1 photographs have no map and are left out: b" in printed


def test_keras_model_keeps_its_maps(dataset, nano_student):
    common = (f"--data_dir={dataset}", "--noprogress", "--bootstrap=0")
    model = evaluate.run(parse(*common, f"--model={nano_student}", f"--output_dir={dataset}/model"))
    maps = evaluate.run(parse(*common, f"--maps_dir={dataset}/model/maps", f"--output_dir={dataset}/maps2"))
    assert model.metrics(0) == maps.metrics(0)
    assert model.name == "student" and model.maps_dir == str(dataset / "model/maps")


@pytest.mark.parametrize(
    ("config", "words", "message"),
    [
        (evaluate.EvaluateConfig, "", "exactly one of --maps_dir and --model"),
        (evaluate.EvaluateConfig, "--maps_dir=a --model=b", "exactly one of --maps_dir and --model"),
        (evaluate.EvaluateConfig, "--model=m --uniform_dir=photos", "go together, with --model"),
        (report.ReportConfig, "--output=x.html", "neither --evaluations nor --maps"),
        (report.ReportConfig, "--maps=x --output=x.html", "needs --data_dir"),
        (report.ReportConfig, "--evaluations=x", "neither --output nor --picture"),
    ],
)
def test_bad_arguments(config, words, message):
    common = "--data_dir=x --output_dir=y" if config is evaluate.EvaluateConfig else ""
    with pytest.raises(ValueError, match=message):
        flags.parse(config, *common.split(), *words.split())


def test_sources_and_uniform_scenes_become_one_number(tmp_path, monkeypatch, capsys):
    half = np.zeros((32, 32), np.uint8)
    half[:, 16:] = 255
    for name, stems in (("photos", ("p1", "p2")), ("scenes", ("s_near", "s_far"))):
        for stem in stems:
            for folder in ("train/images", "train/masks"):
                mask = 255 - half if stem in ("p2", "s_far") else half
                write_image(tmp_path / name / folder / f"{stem}.png", mask)
    for stem, level in (("sky", 10), ("wall", 250)):
        write_image(tmp_path / f"uniform/{stem}.png", np.full((32, 32), level, np.uint8))
    (tmp_path / "uniform.txt").write_text("sharp sky\nblurred wall\n")
    (tmp_path / "list.txt").write_text("p1\ns_near\ns_far\n")
    (tmp_path / "kinds.txt").write_text("plain p1\nplain s_far\nplain p2\nmacro p2\n")

    # What is bright is called blurred, and of the scene focused far nothing.
    def run_batch(images):
        return [image[..., 0] / 255.0 * (image[0, 0, 0] < 200 or image.std() < 5) for image in images]

    monkeypatch.setattr("dbdgan_tf.evaluation.model_predictor", lambda *_, **__: ImagePredictor(run_batch))
    words = f"""--data_dir={tmp_path}/photos,{tmp_path}/scenes --split=train --model=any.tflite --noprogress
        --list={tmp_path}/list.txt --output_dir={tmp_path}/out
        --uniform_dir={tmp_path}/uniform --uniform_list={tmp_path}/uniform.txt
        --kinds={tmp_path}/kinds.txt"""
    results = evaluate.run(parse(*words.split()))
    assert results["photos"].classes["focus"].stems == ("p1",)
    printed = capsys.readouterr().out
    # p1 is right; half of the scene focused far is wrong, a quarter of the pair; uniform scenes are right.
    assert "Selection 0.8750: photos max F in focus 1.0000 - MAE 0.0000; half of 0.2500 of" in printed
    # All of them pooled: the errors of three photographs.
    pooled = json.loads((tmp_path / "out/metrics.json").read_text())["focus"]
    assert pooled["n"] == 3 and pooled["mae"] == pytest.approx(0.5 / 3) and "any.tflite, all" in printed
    # Of kinds, p1 and the scene focused far are of two data sets; p2 is not scored.
    kinds = json.loads((tmp_path / "out/kinds.json").read_text())
    assert kinds["model"] == "any.tflite" and list(kinds["kinds"]) == ["all", "plain"]
    assert (kinds["kinds"]["plain"]["n"], kinds["kinds"]["plain"]["mae"]) == (2, 0.25)
    assert "| plain | 2 |" in printed
    assert "1 scenes sharp all over: in-focus share 1.000 (worst: sky 1.00)" in printed
    shares = json.loads((tmp_path / "out/uniform.json").read_text())["mean_in_focus_share"]
    assert shares == {"sharp": 1, "blurred": 0}


def test_evaluation_folder_and_published_maps(tmp_path, capsys):
    mask, rng = np.zeros((30, 40), np.uint8), np.random.default_rng(0)
    mask[:, :20] = 255
    for stem in "abc":
        noisy = (0.7 * mask + rng.integers(0, 70, mask.shape)).astype(np.uint8)
        for folder in ("data/test/images", "data/test/masks", "ours", "theirs"):
            write_image(tmp_path / folder / f"{stem}.png", noisy if folder == "theirs" else mask)
    (tmp_path / "theirs/c.png").unlink()
    data = f"--data_dir={tmp_path}/data"
    words = (data, f"--output_dir={tmp_path}/run", f"--maps_dir={tmp_path}/ours")
    evaluate.run(parse(*words))
    arguments = f"--evaluations=student={tmp_path}/run --maps=DPN={tmp_path}/theirs {data} --bootstrap=20"
    outputs = f"--output={tmp_path}/new/report.html --picture={tmp_path}/new/results.png --picture_rows=1"
    comparison = report.run(flags.parse(report.ReportConfig, *arguments.split(), *outputs.split()))
    assert [result.name for result in comparison.results] == ["student", "DPN"]
    assert comparison.stems == ("a", "b")
    page = (tmp_path / "new/report.html").read_text()
    assert "student" in page and "DPN" in page and str(tmp_path) not in page
    assert cv2.imread(str(tmp_path / "new/results.png")).shape[1] == 4 * 226
    words = (f"--maps={tmp_path}/ours", data, f"--picture={tmp_path}/p.jpg", "--picture_stems=c,a")
    report.run(flags.parse(report.ReportConfig, *words))
    told = capsys.readouterr().out
    assert "Report:" in told and "(c, a)" in told and (tmp_path / "p.jpg").is_file()
