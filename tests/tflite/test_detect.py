"""python -m tflite.detect."""

import cv2
import numpy as np

from tflite.detect import DetectConfig


def test_writes_map_and_overlay(model, run_module, tmp_path):
    photo, broken, written, overlay = (
        tmp_path / name for name in ("photo.png", "broken.jpg", "out/map.png", "over.jpg")
    )
    cv2.imwrite(str(photo), np.full((60, 90, 3), 127, np.uint8))
    broken.write_bytes(b"\xff\xd8\xff" + bytes(40))
    options = ("--output", written, "--overlay", overlay, "--model", model)
    code, _, said = run_module("tflite.detect", broken, *options)
    assert code == 1 and "damaged or cut off" in said and "Traceback" not in said and not written.exists()
    code, said, errors = run_module("tflite.detect", photo, *options)
    assert code == 0 and "100.0 % of the photo is in focus" in said, errors
    blur_map = cv2.imread(str(written), cv2.IMREAD_UNCHANGED)
    # sigmoid(-1) * 255 = 68.6
    assert blur_map.shape == (60, 90) and np.all(blur_map == 69)
    assert cv2.imread(str(overlay)).shape == (60, 90, 3)
    # Without --output into the current folder.
    assert DetectConfig(str(photo)).map_path == "photo_blur.png"
