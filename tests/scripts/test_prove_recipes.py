"""The proof of the GPU recipes: their commands, and what is read from their runs."""

import math
import sys

import pytest

TRAINER = """
import pathlib, sys
folder = pathlib.Path(next(word for word in sys.argv if word.startswith("--output_dir="))[13:])
rows = "".join(f"{epoch},{1.0 - epoch / 10},0.5\\n" for epoch in range(EPOCHS))
(folder / "log.csv").write_text("epoch,student_bce,consistency\\n" + rows)
print("Throughput: 1 images/s (1600 ms a step of 4).")
block = bytearray(80 << 20)
"""


@pytest.fixture(scope="module")
def proofs(load_module, repository):
    return load_module(repository / "scripts/prove_recipes.py")


@pytest.fixture
def call(proofs, tmp_path):
    for folder in ("bundle/data/cuhk", "work/runs/teacher"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "work/runs/teacher/teacher_best.json").touch()
    return proofs.gpu_stages.Call(tmp_path / "bundle", tmp_path / "work", tmp_path / "out", math.inf)


def test_a_stage_keeps_its_recipe_but_for_length_batch_and_precision(proofs, call):
    command = proofs.command_of("b3", call, 100, 2)
    values = dict(word[2:].split("=", 1) for word in command if "=" in word)
    assert values["flagfile"] == "configs/gpu_b3.flags"
    assert values["teacher_weights"] == str(call.work / "runs/teacher/teacher_best")
    assert (values["epochs"], values["steps_per_epoch"], values["batch_size"]) == ("10", "10", "2")
    # The last of two equal flags counts.
    assert (values["fit_minutes"], values["max_minutes"], values["precision"]) == ("0", "0", "float32")
    assert "image_size" not in values and "student_encoder" not in values


def run_fake(proofs, call, monkeypatch, script):
    command = [sys.executable, "-c", script, f"--output_dir={call.work / 'runs/b3'}"]
    monkeypatch.setattr(proofs, "command_of", lambda *arguments: command)
    return proofs.prove("b3", call, 100, 4)


def test_terms_speed_and_memory_of_a_run(proofs, call, monkeypatch):
    proof = run_fake(proofs, call, monkeypatch, TRAINER.replace("EPOCHS", "10"))
    assert proof.first == {"student_bce": 1.0, "consistency": 0.5}
    assert proof.last["student_bce"] == pytest.approx(0.1)
    assert proof.images_per_second == pytest.approx(2.5)
    # A child begins with the peak of its parent, here of a whole test run: only a lower bound holds.
    assert proof.peak_gib > 80 / 1024
    assert "student_bce        1.0000 -> 0.1000" in str(proof)


def test_failures_are_told(proofs, call, monkeypatch):
    with pytest.raises(RuntimeError, match=r"b3 failed with status 3:\nout of luck"):
        run_fake(proofs, call, monkeypatch, "print('out of luck', flush=True); raise SystemExit(3)")
    with pytest.raises(RuntimeError, match="did not run through: 7 epochs"):
        run_fake(proofs, call, monkeypatch, TRAINER.replace("EPOCHS", "7"))
