"""python -m tflite.detect, as a function and as a process."""

import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from tflite.detect import DetectConfig, run


@pytest.fixture
def files(flat_models, tmp_path):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model())
    cv2.imwrite(str(tmp_path / "photo.png"), np.full((60, 90, 3), 127, np.uint8))
    return tmp_path


def command(*arguments, repository):
    process = [sys.executable, "-m", "tflite.detect", *arguments]
    return subprocess.run(process, cwd=repository, capture_output=True, text=True, timeout=60)


def test_writes_map_and_overlay(files):
    photo, model, overlay = (str(files / name) for name in ("photo.png", "m.tflite", "over.jpg"))
    result = run(DetectConfig(photo, str(files / "out/map.png"), model, overlay))
    written = cv2.imread(str(files / "out/map.png"), cv2.IMREAD_UNCHANGED)
    assert written.shape == (60, 90)
    # sigmoid(-1) * 255 = 68.6
    assert np.all(written == 69)
    assert cv2.imread(overlay).shape == (60, 90, 3)
    assert result.in_focus_share == 1.0


def test_the_process_is_quick_and_says_what_it_did(files, repository):
    options = ["--output", str(files / "map.png"), "--model", str(files / "m.tflite")]
    start = time.perf_counter()
    process = command(str(files / "photo.png"), *options, repository=repository)
    seconds = time.perf_counter() - start
    assert process.returncode == 0, process.stderr
    assert "100.0 % of the photo is in focus" in process.stdout
    # 1.5 s is the promise; this machine may be busy.
    assert seconds < 5


def test_without_an_output_the_map_goes_into_the_current_folder(files, monkeypatch):
    (files / "here").mkdir()
    monkeypatch.chdir(files / "here")
    config = DetectConfig(str(files / "photo.png"), model=str(files / "m.tflite"))
    run(config)
    assert config.map_path == "photo_blur.png"
    assert cv2.imread("photo_blur.png", cv2.IMREAD_UNCHANGED).shape == (60, 90)


def test_bad_input_ends_with_a_message_and_a_code(files, repository):
    (files / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(40))
    options = ["--output", str(files / "x.png"), "--model", str(files / "m.tflite")]
    process = command(str(files / "broken.jpg"), *options, repository=repository)
    assert process.returncode == 1
    assert "damaged or cut off" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (files / "x.png").exists()
