"""The contract: contract.json and golden files are enough to get the library's maps."""

import json
import re
import shutil
import subprocess

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference.bundled import MODELS, bundled_model
from dbdgan_tf.photo import read_image, resize
from tflite.golden import check, make, vectors
from tflite.golden.check import GoldenError, read_contract


@pytest.fixture(scope="module", params=["float32", "uint8"])
def golden_dir(request, flat_models, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "m.tflite").write_bytes(flat_models.grey_model((128, 160), io=request.param))
    make.run(make.MakeConfig(str(folder / "m.tflite"), str(folder / "golden")))
    return folder / "golden"


def test_golden_files_hold_what_the_detector_says(golden_dir, run_python):
    model = read_contract(golden_dir)["model"]
    assert (model["height"], model["width"], model["polarity"]) == (128, 160, "blur")
    assert model["bytes"] == (golden_dir / "m.tflite").stat().st_size
    assert cv2.imread(str(golden_dir / "blocks.map.png"), cv2.IMREAD_UNCHANGED).shape == (128, 160)
    report = check.run(golden_dir)
    assert report["failures"] == []
    assert [case["picture"] for case in report["cases"]] == ["blocks.png", "cup.png", "stripes.png"]
    for path in make.PICTURES.glob("*.png"):
        resized = read_image(golden_dir / f"{path.stem}.input.png")
        assert np.array_equal(resized, resize(read_image(path), (128, 160))), path.name
    # The command needs nothing of the library.
    code = f"import sys; sys.argv[1:] = [{str(golden_dir)!r}]\nfrom tflite.golden.check import main; main()"
    assert "the contract holds" in run_python(code, blocked=("dbdgan_tf", "tensorflow", "keras"))


@pytest.fixture
def spoil(golden_dir, tmp_path):
    """Spoils a copy: a picture by a function of its pixels, contract.json by other values of a part of it."""
    folder = shutil.copytree(golden_dir, tmp_path / "golden")

    def change(name, how):
        if callable(how):
            pixels = cv2.imread(str(folder / name), cv2.IMREAD_UNCHANGED)
            cv2.imwrite(str(folder / name), how(pixels))
        else:
            contract = read_contract(folder)
            (contract[name].update if name in ("model", "resize") else contract.update)(how)
            (folder / "contract.json").write_text(json.dumps(contract))
        return folder

    return change


@pytest.mark.parametrize(
    "name, how, failure",
    [
        ("stripes.png", lambda pixels: pixels[..., ::-1], "stripes.png, input"),
        ("stripes.png", lambda pixels: pixels[::-1], "stripes.png, input"),
        ("stripes.png", lambda pixels: np.roll(pixels, 12, 1), "stripes.png, input"),
        ("cup.map.png", lambda grey: 255 - grey, "cup.png, map"),
        ("model", {"sha256": "0"}, "SHA-256"),
        ("resize", {"shrink": "bilinear_half_pixel"}, "stripes.png, input"),
        ("resize", {"grow": "area"}, "blocks.png, input"),
        ("model", {"mean": [0, 0, 0]}, "cup.png, map"),
        ("model", {"output_scale": 1 / 512}, "cup.png, map"),
        ("model", {"polarity": "focus"}, "cup.png, map"),
    ],
)
def test_wrong_pixels_are_noticed(spoil, golden_dir, name, how, failure):
    kind = read_contract(golden_dir)["model"]["kind"]
    unused = {"float32": "output_scale", "uint8": "mean"}[kind] in (how if name == "model" else ())
    failures = check.run(spoil(name, how))["failures"]
    assert any(failure in told for told in failures) != unused


def test_unusable_contracts_are_refused(spoil, golden_dir, tmp_path):
    kind = read_contract(golden_dir)["model"]["kind"]
    with pytest.raises(GoldenError, match=r"no contract\.json"):
        check.run(tmp_path)
    other = {"float32": "uint8", "uint8": "float32"}[kind]
    with pytest.raises(GoldenError, match=rf"other input.*\[1, 128, 160, 3\] {kind}\. Allowed"):
        check.run(spoil("model", {"kind": other}))
    with pytest.raises(GoldenError, match="no model"):
        check.run(spoil("model", {"file": "none.tflite"}))
    with pytest.raises(GoldenError, match="version 9"):
        check.run(spoil("", {"contract_version": 9}))


def test_the_library_gives_the_golden_vectors():
    stored, made = json.loads(vectors.VECTORS.read_text()), vectors.make_vectors()
    for expected, own in zip(stored.pop("sizes"), made.pop("sizes"), strict=True):
        assert own.pop("values") == pytest.approx(expected.pop("values"), abs=2e-4)
        assert own == expected
    for expected, own in zip(stored.pop("sharpness"), made.pop("sharpness"), strict=True):
        expected, own = expected.pop("expected"), own.pop("expected")
        for name in ("sharpness", "edge_px"):
            wanted = expected.pop(name)
            assert own.pop(name) == (wanted and pytest.approx(wanted, rel=1e-4, abs=1e-4)), name
        assert own == expected
    assert made == stored


@pytest.mark.parametrize("model", [{"io": "int8"}, {"io": "uint8", "input_mean": (0, 0, 0)}])
def test_what_gets_no_contract(flat_models, tmp_path, model):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model(**model))
    with pytest.raises(GoldenError, match="No contract for the input type"):
        make.run(make.MakeConfig(str(tmp_path / "m.tflite"), str(tmp_path / "golden")))


def test_every_bundled_model_keeps_its_golden_files(repository):
    folders = [path.parent for path in (repository / "tflite/golden").glob("*/contract.json")]
    assert sorted(folder.name for folder in folders) == sorted(MODELS)
    for folder in folders:
        report = check.run(folder, bundled_model(folder.name))
        assert report["failures"] == []
        assert len(report["cases"]) == 3


def test_swift_reads_the_keys_that_the_contract_has(repository):
    """Swift is not compiled here: what can be checked is that it agrees with the contract."""
    sources = repository / "tflite/ios/Sources/BlurDetector"
    golden = read_contract(repository / "tflite/golden/lite_float16")
    contract = (sources / "BlurContract.swift").read_text()
    names = re.findall(r"public let (\w+): ", contract.split("struct BlurContract")[1])
    keys = [re.sub("([A-Z])", r"_\1", name).lower() for name in names]
    assert len(keys) == 9 and set(keys) <= set(golden["model"])
    assert {"input_tolerance", "tolerances", "cases", "model"} <= set(golden)
    cases = re.search(r"case (cpu, gpu)\n.*\n    case (npu)", (sources / "BlurDetector.swift").read_text())
    assert ", ".join(cases.groups()).split(", ") == list(golden["tolerances"]) == ["cpu", "gpu", "npu"]


@pytest.mark.skipif(not shutil.which("swift"), reason="needs a Swift toolchain, which is not on this machine")
def test_the_package_builds_where_swift_is(repository, tmp_path):
    for folder in ("ios", "golden"):
        shutil.copytree(repository / "tflite" / folder, tmp_path / folder)
    subprocess.run(["swift", "test"], cwd=tmp_path / "ios", timeout=900, check=True)
