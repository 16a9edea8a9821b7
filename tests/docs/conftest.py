"""A folder in which the documentation's light commands run as they are written."""

import os
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from dbdgan_tf.photo import write_image

HERE = Path(__file__).parent


@pytest.fixture
def workspace(named_files, tmp_path):
    return shutil.copytree(named_files, tmp_path / "workspace")


@pytest.fixture(scope="session")
def named_files(tiny_dataset, flat_models, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copytree(tiny_dataset, folder / "DATA" / "cuhk")
    shutil.copytree(tiny_dataset / "test" / "masks", folder / "MAPS")
    rng = np.random.default_rng(3)
    for place in "photos/a photos/below/b photo SHARP_PHOTOS/c SHARP_PHOTOS/d SHARP_PHOTOS/e".split():
        write_image(folder / f"{place}.jpg", rng.integers(0, 256, (120, 160, 3), np.uint8))
    for name in "cde":
        write_image(folder / f"REGIONS/{name}.png", np.uint8([[1] * 80 + [2] * 80] * 120))
    for name, target in (("SHARP_PHOTOS", "images"), ("REGIONS", "regions")):
        shutil.copytree(folder / name, folder / "DATA/bsds500" / target)
    (folder / "configs").mkdir()
    (folder / "configs/bsds500_uniform.txt").write_text("sharp c\nblurred d\n")
    film = cv2.VideoWriter(str(folder / "film.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
    for level in range(6):
        film.write(np.full((48, 64, 3), 30 * level, np.uint8))
    film.release()
    assets = folder / "dbdgan_tf/assets"
    assets.mkdir(parents=True)
    for path in (folder / "lite_int8", folder / "model", assets / "lite_int8"):
        path.with_suffix(".tflite").write_bytes(flat_models.grey_model((32, 48), io="uint8"))
    for path in (folder / "lite_float32", assets / "lite_float16"):
        path.with_suffix(".tflite").write_bytes(flat_models.grey_model((32, 48)))
    return folder


@pytest.fixture(scope="session")
def environment(repository, tmp_path_factory):
    """Variables with which `python`, `dbdgan` and the checkout's packages are found from any folder."""
    programs = tmp_path_factory.mktemp("programs")
    for name, words in (("python", ""), ("dbdgan", "-m dbdgan_tf.cli")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(repository), "BASH_ENV": str(HERE / "smoke.sh")}
