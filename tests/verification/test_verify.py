"""python -m tflite.verify: structure alone, maps against Keras, exit codes."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from dbdgan_tf.verification.verify import VerifyConfig, run


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A data set of two photographs in the library's own layout."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for kind in ("images", "masks"):
        (root / "test" / kind).mkdir(parents=True)
    for index in range(2):
        photo = cv2.resize(rng.integers(0, 256, (4, 6, 3), np.uint8), (60, 40), interpolation=cv2.INTER_CUBIC)
        mask = np.zeros((40, 60), np.uint8)
        mask[:, 30:] = 255
        cv2.imwrite(str(root / "test" / "images" / f"{index}.jpg"), photo)
        cv2.imwrite(str(root / "test" / "masks" / f"{index}.png"), mask)
    return root


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """(checkpoint prefix, float32 .tflite) of a tiny random student."""
    import keras

    from dbdgan_tf.conversion import ConversionConfig
    from dbdgan_tf.conversion.command import run as run_convert
    from dbdgan_tf.models import StudentConfig, build_student, save_network

    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("student")
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 64))
    save_network(str(folder / "s"), build_student(config), config)
    run_convert(ConversionConfig(str(folder / "s"), str(folder / "s.tflite")))
    return str(folder / "s"), str(folder / "s.tflite")


def test_a_converted_student_keeps_its_budget(student, data_dir, tmp_path):
    checkpoint, model = student
    report = run(VerifyConfig(model, checkpoint, str(data_dir), output=str(tmp_path / "r.json")))
    assert report["failures"] == []
    assert report["maps"]["images"] == 2
    assert report["maps"]["max_abs_error"] <= 1e-4
    assert report["maps"]["scores"]["max_f"][0] == pytest.approx(
        report["maps"]["scores"]["max_f"][1], abs=1e-3
    )
    assert json.loads((tmp_path / "r.json").read_text())["failures"] == []


def test_photos_without_masks(student, data_dir):
    report = run(VerifyConfig(student[1], student[0], str(data_dir / "test" / "images")))
    assert report["maps"]["scores"] == {}
    assert report["failures"] == []


def test_a_missed_budget_is_named(student, data_dir):
    report = run(VerifyConfig(*reversed(student), str(data_dir), max_abs_error=0.0, megabytes=1e-6))
    assert len(report["failures"]) == 2
    with pytest.raises(ValueError, match="--data_dir"):
        run(VerifyConfig(*reversed(student)))


def test_a_file_of_other_weights_is_noticed(student, data_dir, tmp_path):
    import shutil

    for suffix in (".json", ".weights.h5"):
        shutil.copy(student[0] + suffix, tmp_path / f"other{suffix}")
    with open(tmp_path / "other.weights.h5", "ab") as file:
        file.write(b"0")
    report = run(VerifyConfig(student[1], str(tmp_path / "other"), str(data_dir), count=1))
    assert any("made from other weights" in failure for failure in report["failures"])


def verify(repository, *arguments):
    command = [sys.executable, "-m", "tflite.verify", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=120)


def test_exit_codes(flat_models, tmp_path, repository):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model())
    good = verify(repository, str(tmp_path / "m.tflite"))
    assert good.returncode == 0, good.stderr
    assert "GPU delegate: would take the whole graph" in good.stdout
    assert "keeps its budget" in good.stdout
    bad = verify(repository, str(tmp_path / "m.tflite"), "--megabytes=0.0001")
    assert bad.returncode == 1
    assert "FAILED" in bad.stderr
    missing = verify(repository, str(tmp_path / "none.tflite"))
    assert missing.returncode == 1
    assert "no model file" in missing.stderr
