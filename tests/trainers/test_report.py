"""The report command, in process."""

import functools

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.photo import write_image
from trainers import evaluate, report

parse = functools.partial(flags.parse, report.ReportConfig)


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
    evaluate.run(flags.parse(evaluate.EvaluateConfig, *words))
    arguments = f"--evaluations=student={tmp_path}/run --maps=DPN={tmp_path}/theirs {data} --bootstrap=20"
    outputs = f"--output={tmp_path}/new/report.html --picture={tmp_path}/new/results.png --picture_rows=1"
    comparison = report.run(parse(*arguments.split(), *outputs.split()))
    assert [result.name for result in comparison.results] == ["student", "DPN"]
    assert comparison.stems == ("a", "b")
    page = (tmp_path / "new/report.html").read_text()
    assert "student" in page and "DPN" in page and str(tmp_path) not in page
    assert cv2.imread(str(tmp_path / "new/results.png")).shape[1] == 4 * 226
    report.run(parse(f"--maps={tmp_path}/ours", data, f"--picture={tmp_path}/p.jpg", "--picture_stems=c,a"))
    told = capsys.readouterr().out
    assert "Report:" in told and "(c, a)" in told and (tmp_path / "p.jpg").is_file()


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
