"""The Android sources: compiled with kotlinc against API stubs, then run on a JVM with the golden files."""

import json
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference import BlurDetector
from dbdgan_tf.inference.bundled import MODELS
from dbdgan_tf.photo import write_image, write_map
from tflite.golden import make
from tflite.golden.vectors import VECTORS, draw

STDLIB = Path("/usr/share/java/kotlin-stdlib.jar")


@pytest.fixture(scope="module")
def run_kotlin(repository, tmp_path_factory):
    if not (shutil.which("kotlinc") and shutil.which("java") and STDLIB.exists()):
        pytest.skip("needs kotlinc and java (Debian: apt-get install kotlin), which are not on this machine")
    classes = tmp_path_factory.mktemp("classes")

    def output(*command):
        process = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=900)
        assert process.returncode == 0, process.stderr
        return process.stdout.splitlines()

    output(repository / "scripts/check_kotlin.sh", classes)
    return lambda *arguments: output("java", "-cp", f"{classes}:{STDLIB}", "dbdgan.blur.MainKt", *arguments)


@pytest.fixture(scope="module", params=["float32", "uint8"])
def assets(request, flat_models, tmp_path_factory):
    """A folder of assets with golden files of the grey model, which the stub of LiteRT computes too."""
    folder = tmp_path_factory.mktemp("assets")
    (folder / "m.tflite").write_bytes(flat_models.grey_model((128, 160), io=request.param))
    make.run(make.MakeConfig(str(folder / "m.tflite"), str(folder / "golden")))
    return folder, request.param


@pytest.mark.parametrize("broken", [[], ["GPU"]])
def test_the_self_test_passes_and_falls_back(run_kotlin, assets, broken):
    folder, kind = assets
    lines = run_kotlin("self-test", folder, "golden", *broken)
    refused = ["refused NPU no library"]
    if kind == "uint8":
        refused += ["refused GPU a uint8 file: GPUs compute in floats, use the float16 file"]
    elif broken:
        refused += ["refused GPU GPU cannot run this"]
    # Buffers of a model that compiled are freed once.
    freed = 4 if broken and kind == "float32" else 2
    assert lines == [f"processor {'GPU' if len(refused) == 1 else 'CPU'}", *refused, f"closed {freed}"]


def test_the_self_test_notices_wrong_golden_files(run_kotlin, assets, tmp_path):
    golden = shutil.copytree(assets[0] / "golden", tmp_path / "golden")
    picture = cv2.imread(str(golden / "stripes.png"))
    cv2.imwrite(str(golden / "stripes.png"), picture[..., ::-1])
    lines = run_kotlin("self-test", tmp_path, "golden")
    assert any(line.startswith("failure stripes.png, input: largest") for line in lines)
    assert not any(line.startswith("failure cup.png") for line in lines)


@pytest.mark.parametrize("name", MODELS)
def test_pictures_are_resized_for_every_bundled_model(run_kotlin, repository, tmp_path, name):
    """The stub's map is another, so only pictures are compared."""
    shutil.copytree(repository / "tflite/golden" / name, tmp_path / name)
    (tmp_path / name / f"{name}.tflite").touch()
    lines = run_kotlin("self-test", tmp_path, name)
    assert lines[-1].startswith("closed") and not any(", input: " in line for line in lines)


def test_a_panorama_is_cut_as_in_python(run_kotlin, assets, tmp_path):
    """And the detector may be asked on any thread; the stub refuses others than the model's own."""
    golden = shutil.copytree(assets[0] / "golden", tmp_path / "golden")
    long = np.tile(cv2.resize(cv2.imread(str(golden / "stripes.png")), (300, 200))[..., ::-1], (1, 5, 1))
    write_image(golden / "long.png", long)
    write_map(golden / "long.map.png", BlurDetector(assets[0] / "m.tflite").small_map(long))
    closed = "The detector is closed."
    assert sorted(run_kotlin("detector", tmp_path, "golden")) == [
        "callback 160 128 null", f"closed {closed}", f"late null {closed}",
        "panorama 960 128 null", f"thread {160 * 128}",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def said(run_kotlin, tmp_path_factory):
    """What Kotlin gives for the golden vectors: words by the name that a line begins with."""
    folder = tmp_path_factory.mktemp("vectors")
    shutil.copy(VECTORS, folder)
    for number, scene in enumerate(json.loads(VECTORS.read_text())["sharpness"]):
        drawn = draw(scene["width"], scene["height"], scene["blurs"], scene.get("noise", 0))
        write_image(folder / f"{number}.png", drawn)
    words = {}
    for name, *rest in map(str.split, run_kotlin("vectors", folder)):
        words.setdefault(name, []).append(rest)
    return words


def test_what_surrounds_the_model_equals_the_golden_vectors(said):
    vectors = json.loads(VECTORS.read_text())
    for own, expected in zip(said["size"], vectors["sizes"], strict=True):
        assert np.float64(own) == pytest.approx(np.array(expected["values"]), abs=1e-4)
    for own, expected in zip(said["overlay"], vectors["overlays"], strict=True):
        # ARGB over the photo, by the contract's rule.
        alpha, *levels = np.int64(own).astype(np.uint32).view(np.uint8).reshape(-1, 4)[:, ::-1].T.astype(int)
        photo = np.resize(vectors["photo"], (len(own), 3))
        mixed = (photo * (255 - alpha[:, None]) + np.transpose(levels) * alpha[:, None] + 127) // 255
        assert mixed.ravel().tolist() == expected["values"]
    for own, expected in zip(said["panorama"], vectors["panoramas"], strict=True):
        strip = [expected["strip"]["width"], expected["strip"]["height"]]
        head = strip + np.ravel(expected["windows"]).tolist()
        assert own[: len(head)] == [*map(str, head)]
        along = np.float64(own[len(head) :: expected["every"]])
        assert along == pytest.approx(np.array(expected["blend"]), rel=1e-4, abs=1e-4)
    for (verdict, blur, *own), case in zip(said["sharpness"], vectors["sharpness"], strict=True):
        expected = case["expected"]
        assert (verdict, blur) == (expected["verdict"], expected["blur"])
        numbers = [expected["sharpness"], expected["edge_px"] or 0, expected["sharp_up_to"]]
        assert [*map(float, own)] == pytest.approx(numbers, rel=1e-4, abs=1e-4)


def test_arithmetic_by_hand(said):
    assert said["share"] == [["0.5"]]
    assert said["grey"] == [["ff000000", "ffffffff"]]
    # 1 - 64/256 and 1 - 255/256.
    assert said["focus"] == [["0.75", "0.00390625"]]
    assert said["nan"][0][:4] == ["The", "model", "gave", "NaN:"]
