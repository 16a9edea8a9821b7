"""A whole run: stopped, resumed, compared; in a process of its own."""

import json

import pytest

CODE = """
import dataclasses, json, sys
from pathlib import Path
import cv2, h5py, keras
import numpy as np
from dbdgan_tf.models.serialization import save_network
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.quantization.options import MapLossOptions, QatOptions, QatRun
from dbdgan_tf.quantization.runner import run_qat
from trainers import qat
from dbdgan_tf.training import records
from dbdgan_tf.training.options import DataOptions, RunOptions

folder, report, rng = Path(sys.argv[1]), {}, np.random.default_rng(0)
for name in ("data/train/images", "data/train/masks", "maps"):
    (folder / name).mkdir(parents=True)
for index in range(8):
    photo, mask = rng.integers(0, 256, (32, 32, 3)).astype("uint8"), np.zeros((32, 32), "uint8")
    photo[:, 16:], mask[:, 16:] = cv2.GaussianBlur(photo[:, 16:], (0, 0), 2), 255
    cv2.imwrite(str(folder / f"data/train/images/p{index}.png"), photo)
    cv2.imwrite(str(folder / f"data/train/masks/p{index}.png"), mask)
    cv2.imwrite(str(folder / f"maps/p{index}.png"), mask)
(folder / "held_out.txt").write_text("p0\\np1\\n")
keras.utils.set_random_seed(0)
student = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
save_network(folder / "student", build_student(student), student)

def config(output, **run):
    return QatRun(
        DataOptions(data_dir=(str(folder / "data"),), image_size=(32, 32), batch_size=2, workers=1,
                    validation_list=str(folder / "held_out.txt")),
        MapLossOptions(),
        QatOptions(student_checkpoint=str(folder / "student"), teacher_maps_dir=str(folder / "maps"),
                   calibration_images=4, warmup_steps=1, freeze_norms_after=0.5,
                   pick=run.pop("pick", "none")),
        RunOptions(output_dir=str(folder / output), epochs=2, tensorboard=False, **run),
    )

def weights(output):
    found = {}
    with h5py.File(folder / output / "student_qat_last.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]} if hasattr(item, "shape") else {}))
    return found

report["result"] = qat.run(config("whole", pick="best"))
run_qat(config("halves", max_minutes=1e-6))
report["stopped at"] = json.loads((folder / "halves/student_qat_last.json").read_text())["metadata"]["epoch"]
run_qat(config("halves", resume=True))
one, other = weights("whole"), weights("halves")
report["difference"] = max(float(np.abs(one[name] - other[name]).max()) for name in one)
report["files"] = sorted(path.name for path in (folder / "whole").iterdir())
report["log"] = (folder / "halves/log.csv").read_text().splitlines()
try:
    run_qat(config("whole"))
except FileExistsError as error:
    report["again"] = str(error)
last = config("whole", resume=True, pick="qat")
report["picked later"] = str(records.claim_folder(last).name)
changed = dataclasses.replace(last, qat=dataclasses.replace(last.qat, learning_rate=1.0))
try:
    records.claim_folder(changed)
except records.ConfigMismatchError as error:
    report["other rate"] = str(error)
print("REPORT" + json.dumps(report))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def report(run_python, folder):
    output = run_python(f"import sys\nsys.argv = ['', {str(folder)!r}]\n" + CODE, timeout=1200)
    return json.loads(output.split("REPORT")[-1])


def test_a_resumed_run_equals_a_whole_one(report):
    assert report["stopped at"] == 1
    assert report["difference"] <= 1e-5


def test_calibrated_network_and_every_epoch_are_logged(report):
    epochs = [line.split(",")[0] for line in report["log"] if ",val_mae," in line]
    assert epochs == ["0", "1", "2"]
    assert sum(",consistency," in line for line in report["log"]) == 2


def test_another_run_is_not_overwritten(report):
    assert "--resume" in report["again"]


def test_candidates_are_compared_and_one_is_kept(report):
    result = report["result"]
    assert set(result["candidates"]) == {"float32", "ptq_int8", "qat_int8"}
    assert result["picked"] in ("ptq_int8", "qat_int8")
    sizes = {name: row["bytes"] for name, row in result["candidates"].items()}
    assert max(sizes["ptq_int8"], sizes["qat_int8"]) < 0.6 * sizes["float32"]
    assert {"comparison.json", "comparison.md", "student_int8.tflite", "student_int8.tflite.json"} <= set(
        report["files"]
    )


def test_another_pick_may_be_resumed_but_no_other_rate(report):
    assert report["picked later"] == "whole"
    assert "--learning_rate" in report["other rate"]


def test_verify_takes_the_fine_tuned_student_as_reference(report, folder):
    from dbdgan_tf.verification.verify import VerifyConfig, gpu_note, run

    model = str(folder / "whole" / "comparison" / "qat_int8.tflite")
    checkpoint, data = str(folder / "whole" / "student_qat_best"), str(folder / "data")
    # Of maps of noise, F says little.
    checked = run(VerifyConfig(model, checkpoint, data, split="train", count=2, max_f_change=0.1))
    assert checked["structure"]["variant"] == "qat_int8"
    assert checked["maps"]["images"] == 2
    # A few steps of the output, 1/256 each: the reference is the simulation of this very arithmetic.
    assert checked["maps"]["max_abs_error"] < 8 / 256
    assert checked["failures"] == []
    assert "would take the whole graph" in gpu_note(checked)


def test_verify_notices_another_fine_tuning(report, folder):
    from dbdgan_tf.verification.verify import VerifyConfig, _other_source

    model = str(folder / "whole" / "comparison" / "qat_int8.tflite")
    other = VerifyConfig(model, str(folder / "halves" / "student_qat_last"))
    assert "made from other weights" in _other_source(other)[0]


def test_a_checkpoint_that_cannot_be_rebuilt_is_named(report, folder, tmp_path):
    from dbdgan_tf.quantization.reference_maps import ReferenceMapsError, is_qat_checkpoint, reference_maps

    (tmp_path / "half.json").write_text((folder / "whole" / "student_qat_best.json").read_text())
    assert is_qat_checkpoint(tmp_path / "half")
    assert not is_qat_checkpoint(folder / "student")
    with pytest.raises(ReferenceMapsError, match="half.weights.h5 is missing"):
        reference_maps(tmp_path / "half", (32, 32), [])
