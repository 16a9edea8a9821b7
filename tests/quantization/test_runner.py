"""A whole run: stopped, resumed, compared; in a process of its own."""

import dataclasses
import json

import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.quantization.options import QatRun, check_options
from dbdgan_tf.quantization.reference_maps import is_qat_checkpoint, reference_maps
from dbdgan_tf.verification.verify import VerifyConfig, _other_source, gpu_note, run

CODE = """
import dataclasses, json
from pathlib import Path
import numpy as np
import tensorflow as tf
from dbdgan_tf.quantization.options import MapLossOptions, QatOptions, QatRun
from dbdgan_tf.quantization import load_qat_student, run_qat
from trainers import qat
from dbdgan_tf.training import records
from dbdgan_tf.training.options import DataOptions, RunOptions

# Tracing the step, twice in every run, would cost more than the few steps that run here.
tf.config.run_functions_eagerly(True)
folder, report = Path(FOLDER), {}
(folder / "held_out.txt").write_text("photo0\\nphoto1\\n")

def config(output, pick="none", **run):
    return QatRun(
        DataOptions(data_dir=(DATA,), image_size=(32, 32), batch_size=2, workers=1,
                    validation_list=str(folder / "held_out.txt")),
        MapLossOptions(),
        QatOptions(student_checkpoint=STUDENT, teacher_maps_dir=DATA + "/train/masks",
                   calibration_images=4, warmup_steps=1, freeze_norms_after=0.5, pick=pick),
        RunOptions(output_dir=str(folder / output), epochs=2, tensorboard=False, **run),
    )

def weights(output):
    return load_qat_student(folder / output / "student_qat_last")[0].get_weights()

def refusal(function, argument):
    try:
        function(argument)
    except (FileExistsError, records.ConfigMismatchError) as error:
        return str(error)

report["result"] = qat.run(config("whole", pick="best"))
run_qat(config("halves", max_minutes=1e-6))
report["stopped at"] = json.loads((folder / "halves/student_qat_last.json").read_text())["metadata"]["epoch"]
run_qat(config("halves", resume=True))
one, other = weights("whole"), weights("halves")
report["difference"] = max(float(np.abs(a - b).max()) for a, b in zip(one, other))
report["files"] = sorted(path.name for path in (folder / "whole").iterdir())
report["log"] = (folder / "halves/log.csv").read_text().splitlines()
report["again"] = refusal(run_qat, config("whole"))
last = config("whole", resume=True, pick="qat")
report["picked later"] = str(records.claim_folder(last).name)
changed = dataclasses.replace(last, qat=dataclasses.replace(last.qat, learning_rate=1.0))
report["other rate"] = refusal(records.claim_folder, changed)
print("REPORT" + json.dumps(report))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def report(run_python, folder, tiny_dataset, nano_student):
    names = f"FOLDER, DATA, STUDENT = {str(folder)!r}, {str(tiny_dataset)!r}, {nano_student!r}\n"
    return json.loads(run_python(names + CODE, timeout=1200).split("REPORT")[-1])


def test_a_resumed_run_equals_a_whole_one(report):
    assert report["stopped at"] == 1 and report["difference"] <= 1e-5
    epochs = [line.split(",")[0] for line in report["log"] if ",val_mae," in line]
    assert epochs == ["0", "1", "2"]
    assert sum(",consistency," in line for line in report["log"]) == 2
    # Another pick may be resumed but no other rate, and nothing is overwritten.
    assert "--resume" in report["again"] and report["picked later"] == "whole"
    assert "--learning_rate" in report["other rate"]


def test_candidates_are_compared_and_one_is_kept(report):
    result = report["result"]
    assert set(result["candidates"]) == {"float32", "ptq_int8", "qat_int8"}
    assert result["picked"] in ("ptq_int8", "qat_int8")
    sizes = {name: row["bytes"] for name, row in result["candidates"].items()}
    assert max(sizes["ptq_int8"], sizes["qat_int8"]) < 0.6 * sizes["float32"]
    written = {"comparison.json", "comparison.md", "student_int8.tflite", "student_int8.tflite.json"}
    assert written <= set(report["files"])


def test_verify_takes_the_fine_tuned_student_as_reference_and_notices_another(report, folder, tiny_dataset):
    whole = folder / "whole"
    paths = f"{whole}/comparison/qat_int8.tflite", f"{whole}/student_qat_best", str(tiny_dataset)
    # Of maps of noise, F says little.
    config = VerifyConfig(*paths, split="train", count=2, max_f_change=0.1)
    checked = run(config)
    assert (checked["structure"]["variant"], checked["maps"]["images"]) == ("qat_int8", 2)
    # A few steps of the output, 1/256 each: the reference is the simulation of this very arithmetic.
    assert checked["maps"]["max_abs_error"] < 8 / 256
    assert checked["failures"] == []
    assert "would take the whole graph" in gpu_note(checked)
    other = dataclasses.replace(config, checkpoint=str(folder / "halves/student_qat_last"))
    assert "made from other weights" in _other_source(other)[0]


def test_a_checkpoint_that_cannot_be_rebuilt_is_named(report, folder, nano_student, tmp_path):
    (tmp_path / "half.json").write_text((folder / "whole/student_qat_best.json").read_text())
    assert is_qat_checkpoint(tmp_path / "half") and not is_qat_checkpoint(nano_student)
    with pytest.raises(RuntimeError, match="half.weights.h5 is missing"):
        reference_maps(tmp_path / "half", (32, 32), [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "--student_checkpoint"),
        ("--student_checkpoint=a", "--teacher_maps_dir=''"),
        ("--student_checkpoint=a --consistency_weight=0 --freeze_norms_after=1.5", "1.5"),
        ("--student_checkpoint=a --consistency_weight=0 --precision=mixed_bfloat16", "mixed_bfloat16"),
    ],
)
def test_bad_options_are_named(arguments, message):
    assert check_options(flags.parse(QatRun, "--student_checkpoint=a", "--consistency_weight=0")) is None
    with pytest.raises(ValueError, match=message):
        check_options(flags.parse(QatRun, *arguments.split()))
