"""The contract: contract.json and golden files are enough to get the library's maps."""

import json
import shutil

import cv2
import numpy as np
import pytest

from tflite.golden import check, make, vectors
from tflite.golden.contract import RESIZE, GoldenError, read_contract


@pytest.fixture(scope="module", params=["float32", "uint8"])
def golden_dir(request, flat_models, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "m.tflite").write_bytes(flat_models.grey_model((128, 160), io=request.param))
    make.run(make.MakeConfig(str(folder / "m.tflite"), str(folder / "golden")))
    return folder / "golden"


def test_the_contract_holds(golden_dir):
    report = check.run(golden_dir)
    assert report["failures"] == []
    assert [case["picture"] for case in report["cases"]] == ["blocks.png", "cup.png", "stripes.png"]
    # OpenCV resizes on both sides, so the pixels are the very same.
    assert all(case["input"].largest == 0 for case in report["cases"])


def test_golden_files_hold_what_the_detector_says(golden_dir):
    golden = read_contract(golden_dir)
    model = golden["model"]
    assert (model["height"], model["width"]) == (128, 160)
    assert model["polarity"] == "blur"
    assert model["bytes"] == (golden_dir / "m.tflite").stat().st_size
    grown = cv2.imread(str(golden_dir / "blocks.map.png"), cv2.IMREAD_UNCHANGED)
    assert grown.shape == (128, 160)
    assert set(golden["tolerances"]) >= {"cpu", "npu"}
    assert all(0 <= case["in_focus_share"] <= 1 for case in golden["cases"])


@pytest.mark.parametrize("size", [(128, 160), (320, 320), (64, 96)])
def test_the_contract_resizes_as_the_library_does(size):
    from dbdgan_tf.photo import read_image, resize

    for path in make.PICTURES.glob("*.png"):
        photo = read_image(path)
        assert np.array_equal(resize(photo, size), check.resize(photo, *size, RESIZE)), path.name


@pytest.fixture
def spoiled(golden_dir, tmp_path):
    """A copy to change: spoiled.contract(change) edits contract.json, spoiled.picture(name, change) a PNG."""

    class Spoiled:
        folder = shutil.copytree(golden_dir, tmp_path / "golden")

        def contract(self, change):
            path = self.folder / "contract.json"
            content = json.loads(path.read_text())
            change(content)
            path.write_text(json.dumps(content))

        def picture(self, name, change):
            path = str(self.folder / name)
            cv2.imwrite(path, change(cv2.imread(path, cv2.IMREAD_UNCHANGED)))

        def failures(self):
            return check.run(self.folder)["failures"]

    return Spoiled()


@pytest.mark.parametrize(
    "spoil",
    [lambda pixels: pixels[..., ::-1], lambda pixels: pixels[::-1], lambda pixels: np.roll(pixels, 12, 1)],
    ids=["channel order", "upside down", "shifted"],
)
def test_wrong_pixels_are_noticed(spoiled, spoil):
    spoiled.picture("stripes.png", spoil)
    assert any(failure.startswith("stripes.png, input") for failure in spoiled.failures())


def test_a_wrong_map_and_another_model_are_noticed(spoiled):
    spoiled.picture("cup.map.png", lambda grey: 255 - grey)
    spoiled.contract(lambda content: content["model"].update(sha256="0"))
    failures = spoiled.failures()
    assert any("SHA-256" in failure for failure in failures)
    assert any(failure.startswith("cup.png, map") for failure in failures)


@pytest.mark.parametrize(
    "rule, method, name", [("shrink", "bilinear_half_pixel", "stripes"), ("grow", "area", "blocks")]
)
def test_another_resize_in_the_contract_fails(spoiled, rule, method, name):
    """The check follows the contract: another rule there gives other pixels here."""
    spoiled.contract(lambda content: content["resize"].update({rule: method}))
    assert any(failure.startswith(f"{name}.png, input") for failure in spoiled.failures())


@pytest.mark.parametrize("change", [{"mean": [0, 0, 0]}, {"output_scale": 1 / 512}, {"polarity": "focus"}])
def test_other_numbers_in_the_contract_fail(spoiled, change):
    spoiled.contract(lambda content: content["model"].update(change))
    kind = read_contract(spoiled.folder)["model"]["kind"]
    unused = {"float32": "output_scale", "uint8": "mean"}[kind]
    assert any(", map" in failure for failure in spoiled.failures()) == (unused not in change)


def test_unusable_contracts_are_refused(spoiled, tmp_path):
    with pytest.raises(GoldenError, match=r"no contract\.json"):
        check.run(tmp_path)
    kind = read_contract(spoiled.folder)["model"]["kind"]
    other = {"float32": "uint8", "uint8": "float32"}[kind]
    spoiled.contract(lambda content: content["model"].update(kind=other))
    with pytest.raises(GoldenError, match=f"other input.*{kind}"):
        spoiled.failures()
    spoiled.contract(lambda content: content.update(contract_version=9))
    with pytest.raises(GoldenError, match="version 9"):
        spoiled.failures()


def test_the_library_gives_the_golden_vectors():
    stored, made = json.loads(vectors.VECTORS.read_text()), vectors.make_vectors()
    assert [size["height"] for size in stored["sizes"]] == [9, 3, 3, 2]
    for expected, own in zip(stored.pop("sizes"), made.pop("sizes"), strict=True):
        assert own.pop("values") == pytest.approx(expected.pop("values"), abs=2e-4)
        assert own == expected
    for expected, own in zip(stored.pop("sharpness"), made.pop("sharpness"), strict=True):
        expected, own = expected.pop("expected"), own.pop("expected")
        for name in ("variances", "weights", "sharpness", "edge_px"):
            wanted = expected.pop(name)
            assert own.pop(name) == (wanted and pytest.approx(wanted, rel=1e-4, abs=1e-4)), name
        assert own == expected
    assert made == stored


def test_the_command_needs_nothing_of_the_library(golden_dir, run_python):
    code = f"import sys; sys.argv[1:] = [{str(golden_dir)!r}]\nfrom tflite.golden.check import main; main()"
    assert "the contract holds" in run_python(code, blocked=("dbdgan_tf", "tensorflow", "keras"))


@pytest.mark.parametrize("model", [{"io": "int8"}, {"io": "uint8", "input_mean": (0, 0, 0)}])
def test_models_that_do_not_take_pixels_as_they_are_get_no_contract(flat_models, tmp_path, model):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model(**model))
    with pytest.raises(GoldenError, match="No contract for the input type"):
        make.run(make.MakeConfig(str(tmp_path / "m.tflite"), str(tmp_path / "golden")))


def test_panoramas_are_no_golden_pictures(flat_models, tmp_path):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model())
    cv2.imwrite(str(tmp_path / "long.png"), np.zeros((10, 31, 3), np.uint8))
    config = make.MakeConfig(str(tmp_path / "m.tflite"), str(tmp_path / "golden"), pictures_dir=str(tmp_path))
    with pytest.raises(GoldenError, match="long.png, 31 x 10"):
        make.run(config)


def test_every_bundled_model_keeps_its_golden_files(repository):
    models = sorted((repository / "dbdgan_tf/assets").glob("*.tflite"))
    assert [model.name for model in models]
    for model in models:
        golden = repository / "tflite/golden" / model.stem
        report = check.run(golden, model)
        assert report["failures"] == []
        assert len(report["cases"]) == 3
