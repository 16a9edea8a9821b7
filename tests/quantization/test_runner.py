import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from dbdgan_tf import quantization
from dbdgan_tf.command import flags
from dbdgan_tf.quantization.options import QatOptions, QatRun, check_options
from dbdgan_tf.quantization.reference_maps import is_qat_checkpoint, reference_maps
from dbdgan_tf.training import records
from dbdgan_tf.training.options import DataOptions, RunOptions
from dbdgan_tf.verification.verify import VerifyConfig, _other_source, gpu_note, run
from trainers import qat


@pytest.fixture(scope="module")
def make(tiny_dataset, nano_student, tmp_path_factory):
    folder, maps = tmp_path_factory.mktemp("run"), f"{tiny_dataset}/train/masks"
    (folder / "held_out.txt").write_text("photo0\nphoto1\n")
    data = DataOptions(
        data_dir=(str(tiny_dataset),), image_size=(32, 32), batch_size=2, workers=1,
        validation_list=f"{folder}/held_out.txt",
    )  # fmt: skip
    options = QatOptions(nano_student, maps, warmup_steps=1, freeze_norms_after=0.5, calibration_images=4)

    def config(name, pick="none", **run):
        run = RunOptions(output_dir=f"{folder}/{name}", epochs=2, tensorboard=False, **run)
        return QatRun(data, qat=dataclasses.replace(options, pick=pick), run=run)

    return config


@pytest.fixture(scope="module")
def runs(make):
    """What came of a whole run, its folder, and that of a run which was stopped and resumed."""
    tf.config.run_functions_eagerly(True)  # Tracing, twice in every run, would take longer than its steps.
    tuned, config = qat.run(make("whole", "best")), make("halves", max_minutes=1e-6)
    halves = records.claim_folder(config)
    qat.run(config)
    assert json.loads((halves / "student_qat_last.json").read_text())["metadata"]["epoch"] == 1
    qat.run(make("halves", resume=True))
    tf.config.run_functions_eagerly(False)
    return tuned, halves.with_name("whole"), halves


def test_a_resumed_run_equals_a_whole_one(runs, make):
    paths = [folder / "student_qat_last" for folder in runs[1:]]
    one, other = (quantization.load_qat_student(path)[0].get_weights() for path in paths)
    for whole, resumed in zip(one, other, strict=True):
        np.testing.assert_allclose(resumed, whole, rtol=0, atol=1e-5)
    log = (runs[2] / "log.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in log if ",val_mae," in line] == ["0", "1", "2"]
    assert sum(",consistency," in line for line in log) == 2
    # Another pick may be resumed but no other rate, and nothing is overwritten.
    with pytest.raises(FileExistsError, match="--resume"):
        qat.run(make("whole"))
    again = make("whole", "qat", resume=True)
    assert records.claim_folder(again) == runs[1]
    with pytest.raises(records.ConfigMismatchError, match="--learning_rate"):
        records.claim_folder(dataclasses.replace(again, qat=dataclasses.replace(again.qat, learning_rate=1)))


def test_candidates_are_compared_and_one_is_kept(runs):
    result, folder, _ = runs
    assert set(result["candidates"]) == {"float32", "ptq_int8", "qat_int8"}
    assert result["picked"] in ("ptq_int8", "qat_int8")
    sizes = {name: row["bytes"] for name, row in result["candidates"].items()}
    assert max(sizes["ptq_int8"], sizes["qat_int8"]) < 0.6 * sizes["float32"]
    for name in ("comparison.json", "comparison.md", "student_int8.tflite", "student_int8.tflite.json"):
        assert (folder / name).is_file()


def test_verify_takes_the_fine_tuned_student_as_reference_and_notices_another(runs, tiny_dataset):
    _, whole, halves = runs
    paths = f"{whole}/comparison/qat_int8.tflite", f"{whole}/student_qat_best", str(tiny_dataset)
    # Of maps of noise, F says little.
    config = VerifyConfig(*paths, split="train", count=2, max_f_change=0.1)
    checked = run(config)
    assert (checked["structure"]["variant"], checked["maps"]["images"]) == ("qat_int8", 2)
    # A few steps of the output, 1/256 each: the reference is the simulation of this very arithmetic.
    assert checked["maps"]["max_abs_error"] < 8 / 256
    assert checked["failures"] == []
    assert "would take the whole graph" in gpu_note(checked)
    other = dataclasses.replace(config, checkpoint=f"{halves}/student_qat_last")
    assert "made from other weights" in _other_source(other)[0]


def test_a_checkpoint_that_cannot_be_rebuilt_is_named(runs, nano_student, tmp_path):
    (tmp_path / "half.json").write_text((runs[1] / "student_qat_best.json").read_text())
    assert is_qat_checkpoint(tmp_path / "half") and not is_qat_checkpoint(nano_student)
    with pytest.raises(RuntimeError, match="half.weights.h5 is missing"):
        reference_maps(tmp_path / "half", (32, 32), [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "--student_checkpoint"),
        ("--student_checkpoint=a", "--teacher_maps_dir=''"),
        ("--student_checkpoint=a --consistency_weight=0 --precision=mixed_bfloat16", "mixed_bfloat16"),
    ],
)
def test_bad_options_are_named(arguments, message):
    assert check_options(flags.parse(QatRun, "--student_checkpoint=a", "--consistency_weight=0")) is None
    with pytest.raises(ValueError, match=message):
        check_options(flags.parse(QatRun, *arguments.split()))
