"""The evaluate command, in process."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from trainers import evaluate


@pytest.fixture
def dataset(tmp_path):
    for index, stem in enumerate("ab"):
        mask = np.zeros((20, 30), np.uint8)
        mask[:, : 10 + 5 * index] = 255
        for folder, pixels in (("test/images", mask), ("test/masks", mask), ("maps", mask)):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(tmp_path / folder / f"{stem}.png"), pixels)
    return tmp_path


parse = functools.partial(flags.parse, evaluate.EvaluateConfig)


def test_maps_folder_by_flags(dataset, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = (
        f"--data_dir={dataset} --maps_dir={dataset}/maps --output_dir={out} --positive=focus --noprogress"
    )
    evaluate.run(parse(*arguments.split()))
    metrics = json.loads((out / "metrics.json").read_text())
    names = "n max_f f_050 adaptive_f mae iou s_measure e_measure weighted_f".split()
    assert set(names) <= set(metrics)
    assert (metrics["n"], metrics["max_f"], metrics["mae"]) == (2, 1, 0)
    printed = capsys.readouterr().out
    assert "maps  focus" in printed and "1.0000" in printed
    assert {path.name for path in out.iterdir()} == {
        "metrics.json",
        "evaluation.json",
        "scores.npz",
        "per_image.csv",
        "curves.csv",
        "pr_curve.png",
        "f_curve.png",
    }


def test_missing_maps_need_the_flag(dataset, tmp_path, capsys):
    (dataset / "maps/b.png").unlink()
    config = evaluate.EvaluateConfig(
        str(dataset), str(tmp_path / "out"), maps_dir=str(dataset / "maps"), progress=False
    )
    with pytest.raises(ValueError, match="b: no map"):
        evaluate.run(config)
    evaluate.run(
        parse(
            f"--data_dir={dataset}",
            f"--maps_dir={dataset}/maps",
            "--output_dir",
            str(tmp_path / "out"),
            "--allow_missing",
        )
    )
    assert "1 photographs have no map and are left out: b" in capsys.readouterr().out


def test_polarities(dataset, tmp_path):
    for name in "ab":
        path = str(dataset / f"maps/{name}.png")
        cv2.imwrite(path, 255 - cv2.imread(path, 0))
    common = (f"--data_dir={dataset}", f"--maps_dir={dataset}/maps", f"--output_dir={tmp_path / 'out'}")
    assert evaluate.run(parse(*common)).metrics(0)["blur"]["mae"] == 1
    assert evaluate.run(parse(*common, "--maps_polarity=focus")).metrics(0)["blur"]["mae"] == 0
    assert evaluate.run(parse(*common, "--mask_polarity=focus")).metrics(0)["blur"]["mae"] == 0


def test_keras_model_keeps_its_maps(dataset, tmp_path):
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.models.student import StudentConfig, build_student

    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
    save_network(tmp_path / "student", build_student(config), config)
    common = (f"--data_dir={dataset}", "--noprogress", "--bootstrap=0")
    model = evaluate.run(parse(*common, f"--model={tmp_path}/student", f"--output_dir={tmp_path}/model"))
    maps = evaluate.run(parse(*common, f"--maps_dir={tmp_path}/model/maps", f"--output_dir={tmp_path}/maps2"))
    assert model.metrics(0) == maps.metrics(0)
    assert model.name == "student" and model.maps_dir == str(tmp_path / "model/maps")


@pytest.mark.parametrize("sources", [(), ("--maps_dir=a", "--model=b")])
def test_exactly_one_source(sources):
    with pytest.raises(ValueError, match="exactly one of --maps_dir and --model"):
        parse("--data_dir=x", "--output_dir=y", *sources)
