"""The uniform-scenes command on a model that answers by brightness."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from trainers import uniform_scenes as command


@pytest.fixture
def photographs(tmp_path):
    for stem, level in (("dark", 20), ("bright", 230)):
        cv2.imwrite(str(tmp_path / f"{stem}.png"), np.full((40, 60, 3), level, np.uint8))
    return tmp_path


parse = functools.partial(flags.parse, command.UniformScenesConfig)


@pytest.fixture
def bright_is_blurred(monkeypatch):
    monkeypatch.setattr(
        "dbdgan_tf.evaluation.model_predictor", lambda path: lambda image: image.mean(-1) / 255
    )


@pytest.mark.parametrize(("lines", "passed"), [(("dark", "bright"), True), (("bright", "dark"), False)])
def test_shares_are_printed_and_written(photographs, bright_is_blurred, capsys, lines, passed):
    listed = photographs / "list.txt"
    listed.write_text("sharp {}\nblurred {}\n".format(*lines))
    output = photographs / "new" / "uniform.json"
    arguments = [f"--sharp_dir={photographs}", f"--list={listed}", f"--output={output}", "--model=x/y.tflite"]
    report = command.run(parse(*arguments))
    assert report["passed"] is passed
    shares = {"sharp": float(passed), "blurred": float(not passed)}
    assert json.loads(output.read_text())["mean_in_focus_share"] == shares
    printed = capsys.readouterr().out
    assert f"sharp: mean in-focus share {shares['sharp']:.3f} of 1 photographs (> 0.9)" in printed
    assert f"  {lines[1]}: {shares['blurred']:.3f}, blur circle 5.0 px" in printed


def test_a_bundled_model_by_its_name(photographs, monkeypatch):
    monkeypatch.setattr("dbdgan_tf.inference.bundled.bundled_model", lambda name: photographs / f"{name}.x")
    asked = []
    predictor = lambda path: asked.append(path) or (lambda image: image.mean(-1) / 255)  # noqa: E731
    monkeypatch.setattr("dbdgan_tf.evaluation.model_predictor", predictor)
    (photographs / "list.txt").write_text("sharp dark\nblurred bright\n")
    command.run(parse(f"--sharp_dir={photographs}", f"--list={photographs}/list.txt"))
    assert asked == [photographs / "lite.x"]
