"""dbdgan video: the table, the sharpest frames, the plot, the overlay, and films that are none."""

import csv
import os

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.cli.blur_plot import draw_plot, read_columns


@pytest.fixture(scope="module")
def film(detail, tmp_path_factory):
    """30 dark (in focus) frames at 10 per second, 160x120; 4, 17 and 25 are sharp, the others soft."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (160, 120))
    for number in range(30):
        writer.write(detail(0 if number in (4, 17, 25) else 2, (320, 240))[:120, :160])
    writer.release()
    return path


def test_outputs(call, film, tmp_path):
    result = call("video", film, "-o", tmp_path / "out", "--overlay", "--max-side", "80")
    assert result.exit_code == 0, result.stderr
    assert "30 frames measured, 3 saved" in result.stderr
    with open(tmp_path / "out/frames.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["frame"]) for row in rows] == list(range(30))
    assert float(rows[17]["seconds"]) == 1.7
    assert all(float(row["blur_share"]) == 0 for row in rows)
    assert float(rows[4]["sharpness"]) > 1.3 * float(rows[5]["sharpness"])
    saved = sorted(os.listdir(tmp_path / "out/sharpest"))
    assert saved == ["frame_0000004.jpg", "frame_0000017.jpg", "frame_0000025.jpg"]
    assert Image.open(tmp_path / "out/blur.png").size == (1000, 360)
    overlay = cv2.VideoCapture(str(tmp_path / "out/overlay.mp4"))
    assert overlay.get(cv2.CAP_PROP_FRAME_COUNT) == 30 and overlay.get(cv2.CAP_PROP_FRAME_WIDTH) == 80
    assert not list((tmp_path / "out").glob(".dbdgan*"))


def test_no_film(call, tmp_path):
    path = tmp_path / "a.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (160, 120))
    writer.write(np.zeros((120, 160, 3), np.uint8))
    writer.release()
    unknown = path.read_bytes().replace(b"mp4v", b"zzzz").replace(b"esds", b"free")
    for content, reason in ((unknown, "codec 'zzzz'"), (b"", "film"), (b"this is no film", "film")):
        path.write_bytes(content)
        result = call("video", path, "-o", tmp_path / "out")
        assert result.exit_code == 1 and reason in result.stderr
        assert not (tmp_path / "out").exists()


def test_another_window_leaves_no_frame_of_the_first(call, film, tmp_path):
    for window, expected in (("1", [4, 17, 25]), ("3", [4])):
        assert call("video", film, "-o", tmp_path, "--window", window).exit_code == 0
        saved = sorted(path.name for path in (tmp_path / "sharpest").iterdir() if "own" not in path.name)
        assert saved == [f"frame_{number:07d}.jpg" for number in expected]
        (tmp_path / "sharpest/frame_own.jpg").write_bytes(b"a user's")
    assert (tmp_path / "sharpest/frame_own.jpg").exists()


def test_several_films_and_some_frames_of_each(call, film, tmp_path):
    (tmp_path / "other").mkdir()
    for name in ("other/film.avi", "b.avi", "b.mp4"):
        (tmp_path / name).write_bytes(b"no film" if name == "b.mp4" else film.read_bytes())
    films = [tmp_path / name for name in ("b.mp4", "other/film.avi", "b.avi")]
    result = call("video", *films, "-o", tmp_path / "out", "--every", "4", "--window", "0")
    assert result.exit_code == 1
    assert "1 of 3 failed" in result.stderr and "b.mp4: this is no film" in result.stderr
    assert sorted(os.listdir(tmp_path / "out")) == ["b.avi", "film"]
    assert sorted(os.listdir(tmp_path / "out/film")) == ["blur.png", "frames.csv"]
    with open(tmp_path / "out/film/frames.csv", newline="") as file:
        assert [int(row["frame"]) for row in csv.DictReader(file)] == list(range(0, 30, 4))
    assert call("video", film, films[1], "-o", tmp_path / "o").exit_code == 2


def test_a_film_that_breaks_off(call, film, tmp_path):
    path = tmp_path / "cut.avi"
    path.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    result = call("video", path, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "ended early" in result.stderr or "film" in result.stderr


def test_plot_condenses_a_long_film(tmp_path):
    rows = "".join(f"{number},{number / 25},{int(number >= 5000)},sharp\n" for number in range(10000))
    (tmp_path / "f.csv").write_text("frame,seconds,blur_share,verdict\n" + rows)
    values, seconds = read_columns(tmp_path / "f.csv", columns=100)
    assert values.shape == (100, 3) and seconds == 9999 / 25
    assert np.array_equal(values[:50], np.zeros((50, 3))) and np.array_equal(values[50:], np.ones((50, 3)))
    assert draw_plot(values, seconds, [3.0]).size == (1000, 360)
