"""dbdgan video: the table, the sharpest frames, the plot, the overlay, and films that are none."""

import csv

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.cli import video_command
from dbdgan_tf.cli.blur_plot import draw_plot, read_columns
from dbdgan_tf.photo import film as film_module


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """30 dark (in focus) frames at 10 per second, 160x120; 4, 17 and 25 are sharp, the others soft."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    noise = np.random.default_rng(0).integers(0, 70, (30, 40, 3), np.uint8)
    sharp = cv2.resize(noise, (160, 120), interpolation=cv2.INTER_NEAREST)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (160, 120))
    for number in range(30):
        writer.write(sharp if number in (4, 17, 25) else cv2.GaussianBlur(sharp, (0, 0), 2))
    writer.release()
    return path


def test_outputs(call, model, film, tmp_path):
    result = call("video", film, "-o", tmp_path / "out", "--overlay", "--max-side", "80", "--model", model)
    assert result.exit_code == 0, result.stderr
    assert "30 frames measured, 3 saved" in result.stderr
    with open(tmp_path / "out/frames.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["frame"]) for row in rows] == list(range(30))
    assert float(rows[17]["seconds"]) == 1.7
    assert all(float(row["blur_share"]) == 0 for row in rows)
    assert float(rows[4]["sharpness"]) > 1.3 * float(rows[5]["sharpness"])
    saved = sorted(path.name for path in (tmp_path / "out/sharpest").iterdir())
    assert saved == ["frame_0000004.jpg", "frame_0000017.jpg", "frame_0000025.jpg"]
    assert Image.open(tmp_path / "out/blur.png").size == (1000, 360)
    overlay = cv2.VideoCapture(str(tmp_path / "out/overlay.mp4"))
    assert overlay.get(cv2.CAP_PROP_FRAME_COUNT) == 30 and overlay.get(cv2.CAP_PROP_FRAME_WIDTH) == 80
    assert not list((tmp_path / "out").glob(".dbdgan*"))


def test_every_and_no_window(call, model, film, tmp_path):
    options = ("--every", "4", "--window", "0", "--model", model)
    assert call("video", film, "-o", tmp_path / "out", *options).exit_code == 0
    with open(tmp_path / "out/frames.csv", newline="") as file:
        assert [int(row["frame"]) for row in csv.DictReader(file)] == list(range(0, 30, 4))
    assert not (tmp_path / "out/sharpest").exists()


def test_no_film(call, model, tmp_path):
    for name, content in (("empty.mp4", b""), ("text.mp4", b"this is no film"), ("absent.mp4", None)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        result = call("video", tmp_path / name, "-o", tmp_path / "out", "--model", model)
        assert result.exit_code == 1 and "film" in result.stderr
        assert not (tmp_path / "out").exists()


def test_another_window_leaves_no_frame_of_the_first(call, model, film, tmp_path):
    for window, expected in (("1", [4, 17, 25]), ("3", [4])):
        assert call("video", film, "-o", tmp_path, "--window", window, "--model", model).exit_code == 0
        saved = sorted(path.name for path in (tmp_path / "sharpest").iterdir() if "own" not in path.name)
        assert saved == [f"frame_{number:07d}.jpg" for number in expected]
        (tmp_path / "sharpest/frame_own.jpg").write_bytes(b"a user's")
    assert (tmp_path / "sharpest/frame_own.jpg").exists()


def test_several_films(call, model, film, tmp_path):
    (tmp_path / "other").mkdir()
    for name in ("other/film.avi", "b.avi", "b.mp4"):
        (tmp_path / name).write_bytes(b"no film" if name == "b.mp4" else film.read_bytes())
    films = [tmp_path / name for name in ("b.mp4", "other/film.avi", "b.avi")]
    result = call("video", *films, "-o", tmp_path / "out", "--every", "10", "--model", model)
    assert (
        result.exit_code == 1
        and "1 of 3 failed" in result.stderr
        and "b.mp4: this is no film" in result.stderr
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b.avi", "film"]
    assert (
        call("video", film, tmp_path / "other/film.avi", "-o", tmp_path / "o", "--model", model).exit_code
        == 2
    )


def test_a_codec_that_cannot_be_read_is_named(call, model, tmp_path):
    path = tmp_path / "a.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (160, 120))
    writer.write(np.zeros((120, 160, 3), np.uint8))
    writer.release()
    path.write_bytes(path.read_bytes().replace(b"mp4v", b"zzzz").replace(b"esds", b"free"))
    result = call("video", path, "-o", tmp_path / "out", "--model", model)
    assert result.exit_code == 1 and "codec 'zzzz'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_film_that_breaks_off(call, model, film, tmp_path):
    path = tmp_path / "cut.avi"
    path.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    result = call("video", path, "-o", tmp_path / "out", "--model", model)
    assert result.exit_code == 1
    assert "ended early" in result.stderr or "film" in result.stderr


def test_frames_in_memory_are_few(model, film, monkeypatch, tmp_path):
    """However long the film, only what the threads work on is held."""
    drawn, finished, most = [0], [0], [0]
    read, add = film_module.read_frames, video_command._Outputs.add

    def counted(*arguments):
        for frame in read(*arguments):
            drawn[0] += 1
            most[0] = max(most[0], drawn[0] - finished[0])
            yield frame

    def finish(outputs, measured):
        finished[0] += 1
        add(outputs, measured)

    monkeypatch.setattr(film_module, "read_frames", counted)
    monkeypatch.setattr(video_command._Outputs, "add", finish)
    config = video_command.VideoConfig(
        (str(film),), str(tmp_path / "out"), model=model, threads=2, quiet=True
    )
    assert video_command.run(config) == 0
    assert finished[0] == 30 and most[0] <= 5


def test_an_interrupted_film_leaves_no_half_table(model, film, monkeypatch, tmp_path):
    add = video_command._Outputs.add

    def interrupted(outputs, measured):
        if outputs.frames == 12:
            raise KeyboardInterrupt
        add(outputs, measured)

    monkeypatch.setattr(video_command._Outputs, "add", interrupted)
    config = video_command.VideoConfig((str(film),), str(tmp_path), overlay=True, model=model, quiet=True)
    with pytest.raises(KeyboardInterrupt):
        video_command.run(config)
    assert [path.name for path in tmp_path.iterdir()] == ["sharpest"]
    assert [path.name for path in (tmp_path / "sharpest").iterdir()] == ["frame_0000004.jpg"]


def test_plot_condenses_a_long_film(tmp_path):
    rows = "".join(f"{number / 25},{int(number >= 5000)}\n" for number in range(10000))
    (tmp_path / "f.csv").write_text("seconds,blur_share\n" + rows)
    values, seconds = read_columns(tmp_path / "f.csv", 10000, columns=100)
    assert values.shape == (100, 3) and seconds == 9999 / 25
    assert np.array_equal(values[:50], np.zeros((50, 3))) and np.array_equal(values[50:], np.ones((50, 3)))
    assert draw_plot(values, seconds, [3.0]).size == (1000, 360)
