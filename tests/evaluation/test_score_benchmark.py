"""The benchmark's figures by hand, and the whole of it on a tiny scene."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.evaluation import score_benchmark
from dbdgan_tf.evaluation.degradations import motion_kernel
from dbdgan_tf.photo import write_image
from trainers import score_benchmark as command

parse = functools.partial(flags.parse, command.ScoreBenchmarkConfig)


def test_motion_kernel_and_auc_by_hand():
    assert motion_kernel(3, 0)[3] == pytest.approx([0, 0, 1 / 3, 1 / 3, 1 / 3, 0, 0], abs=0.02)
    assert motion_kernel(3, np.pi / 2) == pytest.approx(motion_kernel(3, 0).T, abs=1e-5)
    kernel = motion_kernel(21, 0.7)
    y, x = np.mgrid[: len(kernel), : len(kernel)] - len(kernel) // 2
    along = x * np.cos(0.7) + y * np.sin(0.7)
    assert kernel.sum() == pytest.approx(1)
    assert (kernel * along**2).sum() == pytest.approx(21**2 / 12, rel=0.02)
    found = [{"a": {"sharpness": s}, "b": {"sharpness": t}} for s, t in ((0.9, 0.5), (0.5, None))]
    assert score_benchmark._auc(found, "sharpness", "a", "b") == (1 + 1 + 1 + 0.5) / 4


def test_the_whole_command(tmp_path, scene, capsys):
    for seed, stem in enumerate(("one", "two")):
        write_image(tmp_path / f"sharp/{stem}.png", scene(192, 256, seed=seed))
    (tmp_path / "list.txt").write_text("two\n")
    arguments = [f"--sharp_dir={tmp_path}/sharp", f"--list={tmp_path}/list.txt"]
    summary = command.run(parse(*arguments, f"--output={tmp_path}/out/score.json"))
    assert json.loads((tmp_path / "out/score.json").read_text()) == summary
    assert summary["photographs"] == 1
    assert summary["auc"]["sharpness"]["disc 4"]["sharp, noise"] == 1
    assert summary["verdict"]["disc 4"] == {"soft": 1.0} and summary["blur"]["motion 21"] == {"motion": 1.0}
    assert summary["pages"] == {"page": "sharp", "page, sigma 2": "soft", "page, sigma 8": "soft"}
    assert "| AUC of sharpness | against sharp |" in capsys.readouterr().out
    (tmp_path / "list.txt").write_text("three\n")
    with pytest.raises(ValueError, match="No photograph is left"):
        command.run(parse(*arguments))
    command.run(parse(arguments[0], f"--picture={tmp_path}/five.jpg"))
    assert cv2.imread(str(tmp_path / "five.jpg")).shape == (320 + 156, 5 * 320, 3)
