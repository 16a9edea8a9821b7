"""The mobile contract: README's block and golden files are enough to get the library's maps."""

import json
import re
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

from tflite.golden import check, make
from tflite.golden.contract import README, GoldenError, read_contract


@pytest.fixture(scope="module", params=["float32", "uint8"])
def golden_dir(request, flat_models, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "m.tflite").write_bytes(flat_models.grey_model((128, 160), io=request.param))
    make.run(make.MakeConfig(str(folder / "m.tflite"), str(folder / "golden")))
    return folder / "golden"


def test_the_contract_holds(golden_dir):
    report = check.run(check.CheckConfig(str(golden_dir)))
    assert report["failures"] == []
    assert [case["picture"] for case in report["cases"]] == ["blocks.png", "cup.png", "stripes.png"]
    # OpenCV resizes on both sides, so the pixels are the very same.
    assert all(case["input"].largest == 0 for case in report["cases"])


def test_golden_files_hold_what_the_detector_says(golden_dir):
    golden = json.loads((golden_dir / "golden.json").read_text())
    model = golden["model"]
    assert (model["height"], model["width"]) == (128, 160)
    assert model["polarity"] == "blur"
    grown = cv2.imread(str(golden_dir / "blocks.map.png"), cv2.IMREAD_UNCHANGED)
    assert grown.shape == (128, 160)
    assert set(golden["tolerances"]) >= {"cpu", "npu"}
    cases = {case["picture"]: case["in_focus_share"] for case in golden["cases"]}
    assert all(0 <= share <= 1 for share in cases.values())


@pytest.mark.parametrize("size", [(128, 160), (320, 320), (64, 96)])
def test_the_contract_resizes_as_the_library_does(size):
    from dbdgan_tf.data.image_io import read_image, resize

    for path in make.PICTURES.glob("*.png"):
        photo = read_image(path)
        assert np.array_equal(resize(photo, size), check.resize(photo, *size, read_contract()["resize"])), (
            path.name
        )


@pytest.mark.parametrize(
    "spoil, part",
    [
        (lambda picture: picture[..., ::-1], "input"),
        (lambda picture: picture[::-1], "input"),
        (lambda picture: np.roll(picture, 12, 1), "input"),
    ],
    ids=["channel order", "upside down", "shifted"],
)
def test_wrong_pixels_are_noticed(golden_dir, tmp_path, spoil, part):
    spoiled = tmp_path / "golden"
    shutil.copytree(golden_dir, spoiled)
    picture = cv2.imread(str(spoiled / "stripes.png"))
    cv2.imwrite(str(spoiled / "stripes.png"), spoil(picture))
    failures = check.run(check.CheckConfig(str(spoiled)))["failures"]
    assert any(failure.startswith(f"stripes.png, {part}") for failure in failures)


def test_a_wrong_map_and_another_model_are_noticed(golden_dir, tmp_path):
    spoiled = tmp_path / "golden"
    shutil.copytree(golden_dir, spoiled)
    grey = cv2.imread(str(spoiled / "cup.map.png"), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(spoiled / "cup.map.png"), 255 - grey)
    golden = json.loads((spoiled / "golden.json").read_text())
    golden["model"]["sha256"] = "0"
    (spoiled / "golden.json").write_text(json.dumps(golden))
    failures = check.run(check.CheckConfig(str(spoiled)))["failures"]
    assert any("SHA-256" in failure for failure in failures)
    assert any(failure.startswith("cup.png, map") for failure in failures)


@pytest.mark.parametrize("rule", ["shrink", "grow"])
def test_another_resize_in_the_readme_fails(golden_dir, tmp_path, rule):
    """The check follows the README: another rule there gives other pixels here."""
    true, false = {"shrink": ("area", "bilinear_half_pixel"), "grow": ("bilinear_half_pixel", "area")}[rule]
    (tmp_path / "README.md").write_text(
        README.read_text().replace(f'"{rule}": "{true}"', f'"{rule}": "{false}"')
    )
    report = check.run(check.CheckConfig(str(golden_dir), readme=str(tmp_path / "README.md")))
    spoiled = {"shrink": "stripes.png", "grow": "blocks.png"}[rule]
    assert any(failure.startswith(f"{spoiled}, input") for failure in report["failures"])


def test_another_scaling_in_the_readme_fails(golden_dir, tmp_path):
    text = README.read_text().replace('"input": "scaled"', '"input": "pixel"')
    (tmp_path / "README.md").write_text(text.replace('"output": "quantized"', '"output": "real"'))
    config = check.CheckConfig(str(golden_dir), readme=str(tmp_path / "README.md"))
    if json.loads((golden_dir / "golden.json").read_text())["model"]["kind"] == "float32":
        with pytest.raises(ValueError, match="Cannot set tensor"):
            check.run(config)
    else:
        assert any(", map" in failure for failure in check.run(config)["failures"])


def test_unusable_contracts_are_refused(tmp_path):
    (tmp_path / "a.md").write_text("no block")
    with pytest.raises(GoldenError, match="Received: 0"):
        read_contract(tmp_path / "a.md")
    (tmp_path / "b.md").write_text('```json contract\n{"contract_version": 9}\n```\n')
    with pytest.raises(GoldenError, match="version 9"):
        read_contract(tmp_path / "b.md")
    with pytest.raises(GoldenError, match=r"no golden\.json"):
        check.run(check.CheckConfig(str(tmp_path)))


def test_the_command_needs_nothing_of_the_library(golden_dir, repository):
    """Blocks dbdgan_tf, TensorFlow and Keras, then checks as a program."""
    guard = "import sys; [sys.modules.__setitem__(n, None) for n in ('dbdgan_tf', 'tensorflow', 'keras')]; "
    code = guard + "from tflite.golden import check; check.define_flags(); check.app.run(check.main)"
    process = subprocess.run(
        [sys.executable, "-c", code, str(golden_dir)],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    assert "the contract holds" in process.stdout


def test_a_converted_student_keeps_the_contract(tmp_path):
    """The real chain with a random nano student: raw-byte int8, made, then checked."""
    import keras

    from dbdgan_tf.conversion import ConversionConfig
    from dbdgan_tf.conversion.command import run as run_convert
    from dbdgan_tf.models import StudentConfig, build_student, save_network

    keras.utils.set_random_seed(0)
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(64, 64))
    save_network(str(tmp_path / "s"), build_student(config), config)
    photos = ("--representative_dir", str(make.PICTURES))
    run_convert(
        ConversionConfig(
            str(tmp_path / "s"),
            str(tmp_path / "s.tflite"),
            variant="int8",
            io="uint8",
            representative_dir=photos[1],
            representative_count=3,
        )
    )
    golden = make.run(make.MakeConfig(str(tmp_path / "s.tflite"), str(tmp_path / "golden")))
    assert (golden["model"]["kind"], golden["model"]["output_scale"]) == ("uint8", 1 / 256)
    assert check.run(check.CheckConfig(str(tmp_path / "golden")))["failures"] == []


def test_pictures_are_small():
    pictures = sorted(make.PICTURES.glob("*.png"))
    assert [path.name for path in pictures] == ["blocks.png", "cup.png", "stripes.png"]
    assert sum(path.stat().st_size for path in pictures) < 250_000


def test_the_readme_says_which_file_for_which_processor():
    text = README.read_text()
    for word in ("CPU", "NPU", "GPU", "Core ML", "Forbid reduced precision"):
        assert re.search(word, text), word


def test_every_bundled_model_keeps_its_golden_files(repository):
    models = sorted((repository / "dbdgan_tf/assets").glob("*.tflite"))
    assert [model.name for model in models]
    for model in models:
        golden = repository / "tflite/golden" / model.stem
        report = check.run(check.CheckConfig(str(golden), model=str(model)))
        assert report["failures"] == []
        assert len(report["cases"]) == 3
