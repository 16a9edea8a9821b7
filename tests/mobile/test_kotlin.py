"""The Android sources: compiled with kotlinc against API stubs, then run on a JVM with the golden files."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tflite.golden import make
from tflite.golden.vectors import VECTORS

STDLIB = Path("/usr/share/java/kotlin-stdlib.jar")


@pytest.fixture(scope="module")
def classes(repository, tmp_path_factory):
    if not shutil.which("kotlinc"):
        pytest.skip("needs kotlinc (Debian: apt-get install kotlin), which is not on this machine")
    folder = tmp_path_factory.mktemp("classes")
    process = subprocess.run(
        [str(repository / "scripts" / "check_kotlin.sh"), str(folder)],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert process.returncode == 0, process.stderr
    return folder


@pytest.fixture(scope="module")
def run_kotlin(classes):
    if not (shutil.which("java") and STDLIB.exists()):
        pytest.skip("needs java and Debian's kotlin-stdlib.jar to run what was compiled")

    def run(*arguments):
        command = ["java", "-cp", f"{classes}:{STDLIB}", "dbdgan.blur.MainKt", *map(str, arguments)]
        process = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert process.returncode == 0, process.stderr
        return process.stdout.splitlines()

    return run


@pytest.fixture(scope="module", params=["float32", "uint8"])
def assets(request, flat_models, tmp_path_factory):
    """A folder of assets with golden files of the grey model, which the stub of LiteRT computes too."""
    folder = tmp_path_factory.mktemp("assets")
    (folder / "m.tflite").write_bytes(flat_models.grey_model((128, 160), io=request.param))
    make.run(make.MakeConfig(str(folder / "m.tflite"), str(folder / "golden")))
    return folder, request.param


def test_the_self_test_passes_and_falls_back(run_kotlin, assets):
    """Kotlin's resize, scaling and reading of maps equal Python's on every golden picture."""
    folder, kind = assets
    lines = run_kotlin("self-test", folder, "golden")
    assert [line for line in lines if line.startswith("failure")] == []
    assert "refused NPU: no NPU here" in lines
    if kind == "uint8":
        assert "processor CPU" in lines
        assert any(line.startswith("refused GPU: a uint8 file") for line in lines)
    else:
        assert "processor GPU" in lines
    assert "closed 2" in lines


def test_the_self_test_notices_wrong_golden_files(run_kotlin, assets, tmp_path):
    import cv2

    folder, _ = assets
    shutil.copytree(folder / "golden", tmp_path / "golden")
    picture = cv2.imread(str(tmp_path / "golden" / "stripes.png"))
    cv2.imwrite(str(tmp_path / "golden" / "stripes.png"), picture[..., ::-1])
    lines = run_kotlin("self-test", tmp_path, "golden")
    assert any(line.startswith("failure stripes.png, input: largest") for line in lines)
    assert not any(line.startswith("failure cup.png") for line in lines)


def test_arithmetic_by_hand(run_kotlin, assets):
    lines = dict(line.split(" ", 1) for line in run_kotlin("arithmetic", assets[0], "golden"))
    assert lines["share"] == "0.5"
    assert lines["grey"] == "ff000000 ffffffff"
    # 1 - 64/256 and 1 - 255/256.
    assert lines["focus"] == "0.75 0.00390625"
    assert lines["nan"].startswith("The model gave NaN")


def test_threads(run_kotlin, assets):
    """The stub refuses calls from other threads than the one that compiled the model."""
    lines = run_kotlin("callbacks", assets[0], "golden")
    assert "map 160 128 null" in lines
    assert f"thread {160 * 128}" in lines
    assert "closed The detector is closed." in lines
    assert "late null The detector is closed." in lines


def test_processors_that_fail_are_freed_once_and_the_cpu_takes_over(run_kotlin, assets):
    """The GPU fails in its first run; the NPU's native library is missing: an Error, no Exception."""
    folder, kind = assets
    lines = run_kotlin("fallback", folder, "golden")
    assert lines[0] == "processor CPU"
    assert "refused NPU: no library" in lines
    assert "refused GPU: GPU cannot run this" in lines or kind == "uint8"
    assert lines[-1] == ("closed 2" if kind == "uint8" else "closed 4")


def test_what_surrounds_the_model_equals_the_golden_vectors(run_kotlin):
    lines = run_kotlin("vectors", VECTORS.parent, VECTORS.name)
    assert lines[:11] == ["resized null"] * 4 + ["overlay null"] * 3 + ["panorama null"] * 4
    assert lines[11:] == ["sharpness null"] * 11


def test_a_panorama_is_cut_as_in_python(run_kotlin, assets, tmp_path):
    import cv2

    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.photo import write_image, write_map

    folder, _ = assets
    shutil.copytree(folder / "golden", tmp_path / "golden")
    long = np.tile(
        cv2.resize(cv2.imread(str(folder / "golden" / "stripes.png")), (300, 200))[..., ::-1], (1, 5, 1)
    )
    write_image(tmp_path / "golden/long.png", long)
    write_map(tmp_path / "golden/long.map.png", BlurDetector(folder / "m.tflite").small_map(long))
    assert run_kotlin("panorama", tmp_path, "golden") == ["panorama 960 128 null"]
