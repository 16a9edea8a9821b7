"""The report command, in process."""

import functools

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.photo import write_image
from trainers import evaluate, report


@pytest.fixture
def dataset(tmp_path):
    rng = np.random.default_rng(0)
    for stem in "abc":
        mask = np.zeros((30, 40), np.uint8)
        mask[:, :20] = 255
        noisy = (0.7 * mask + rng.integers(0, 70, mask.shape)).astype(np.uint8)
        for folder in ("test/images", "test/masks", "ours", "theirs"):
            write_image(tmp_path / folder / f"{stem}.png", noisy if folder == "theirs" else mask)
    (tmp_path / "theirs/c.png").unlink()
    return tmp_path


parse = functools.partial(flags.parse, report.ReportConfig)


def test_evaluation_folder_and_published_maps(dataset, tmp_path, capsys):
    evaluate.run(evaluate.EvaluateConfig(str(dataset), str(tmp_path / "run"), maps_dir=str(dataset / "ours")))
    arguments = f"--evaluations=student={tmp_path}/run --maps=DPN={dataset}/theirs --data_dir={dataset}"
    outputs = f"--output={tmp_path}/new/report.html --picture={tmp_path}/new/results.png --bootstrap=20"
    comparison = report.run(parse(*arguments.split(), *outputs.split(), "--picture_rows=1"))
    assert [result.name for result in comparison.results] == ["student", "DPN"]
    assert comparison.stems == ("a", "b")
    page = (tmp_path / "new/report.html").read_text()
    assert "student" in page and "DPN" in page and str(dataset) not in page
    picture = cv2.imread(str(tmp_path / "new/results.png"))
    assert picture.shape[1] == 4 * 226
    assert "Report:" in capsys.readouterr().out


def test_chosen_images(dataset, tmp_path, capsys):
    picture = f"--picture={tmp_path}/p.jpg"
    report.run(parse(f"--maps={dataset}/ours", f"--data_dir={dataset}", picture, "--picture_stems=c,a"))
    assert "(c, a)" in capsys.readouterr().out
    assert (tmp_path / "p.jpg").is_file()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ("--output=x.html", "neither --evaluations nor --maps"),
        ("--maps=x --output=x.html", "needs --data_dir"),
        ("--evaluations=x", "neither --output nor --picture"),
    ],
)
def test_bad_arguments(arguments, match):
    with pytest.raises(ValueError, match=match):
        parse(*arguments.split())
