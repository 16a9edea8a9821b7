"""python -m tflite.detect, as a function and as a process."""

import cv2
import numpy as np
import pytest

from tflite.detect import DetectConfig, run


@pytest.fixture
def files(flat_models, tmp_path):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model())
    cv2.imwrite(str(tmp_path / "photo.png"), np.full((60, 90, 3), 127, np.uint8))
    return tmp_path


def test_writes_map_and_overlay(files):
    photo, model, overlay = (str(files / name) for name in ("photo.png", "m.tflite", "over.jpg"))
    result = run(DetectConfig(photo, str(files / "out/map.png"), model, overlay))
    written = cv2.imread(str(files / "out/map.png"), cv2.IMREAD_UNCHANGED)
    assert written.shape == (60, 90)
    # sigmoid(-1) * 255 = 68.6
    assert np.all(written == 69)
    assert cv2.imread(overlay).shape == (60, 90, 3)
    assert result.in_focus_share == 1.0
    # Without --output into the current folder.
    assert DetectConfig(photo).map_path == "photo_blur.png"


def test_the_process_says_what_it_did(files, run_module):
    (files / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(40))
    options = ("--output", files / "map.png", "--model", files / "m.tflite")
    code, _, said = run_module("tflite.detect", files / "broken.jpg", *options)
    assert code == 1 and "damaged or cut off" in said and "Traceback" not in said
    assert not (files / "map.png").exists()
    code, said, errors = run_module("tflite.detect", files / "photo.png", *options)
    assert code == 0 and "100.0 % of the photo is in focus" in said, errors
