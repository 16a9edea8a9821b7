import json
import shutil

import pytest

from dbdgan_tf.conversion import ConversionConfig
from dbdgan_tf.conversion.converter import run as run_convert
from dbdgan_tf.verification.verify import VerifyConfig, run


@pytest.fixture(scope="module")
def student(nano_student, tmp_path_factory):
    """(float32 .tflite, checkpoint prefix) of a tiny random student."""
    model = str(tmp_path_factory.mktemp("student") / "s.tflite")
    run_convert(ConversionConfig(nano_student, model, image_size=(32, 64)))
    return model, nano_student


def test_a_converted_student_keeps_its_budget(student, tiny_dataset, tmp_path):
    report = run(VerifyConfig(*student, str(tiny_dataset), output=str(tmp_path / "r.json")))
    assert json.loads((tmp_path / "r.json").read_text())["failures"] == report["failures"] == []
    assert report["maps"]["images"] == 3 and report["maps"]["max_abs_error"] <= 1e-4
    one, other = report["maps"]["scores"]["max_f"]
    assert one == pytest.approx(other, abs=1e-3)
    # Photographs without masks have no scores.
    report = run(VerifyConfig(*student, str(tiny_dataset / "test/images")))
    assert report["maps"]["scores"] == {} and report["failures"] == []


def test_a_missed_budget_is_named(student, tiny_dataset):
    report = run(VerifyConfig(*student, str(tiny_dataset), max_abs_error=0.0, megabytes=1e-6))
    assert len(report["failures"]) == 2
    with pytest.raises(ValueError, match="--data_dir"):
        run(VerifyConfig(*student))


def test_a_file_of_other_weights_is_noticed(student, tiny_dataset, tmp_path):
    for suffix in (".json", ".weights.h5"):
        shutil.copy(student[1] + suffix, tmp_path / f"other{suffix}")
    with open(tmp_path / "other.weights.h5", "ab") as file:
        file.write(b"0")
    report = run(VerifyConfig(student[0], str(tmp_path / "other"), str(tiny_dataset), count=1))
    assert any("made from other weights" in failure for failure in report["failures"])
