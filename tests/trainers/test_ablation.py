"""The ablation command: one real run of the smoke twin, and what is kept, resumed and reported."""

import json
import subprocess
import types

import pytest
from absl import flags

from trainers import ablation


def parse(*arguments):
    values = flags.FlagValues()
    ablation.define_flags(values)
    values(["ablation", *arguments])
    return ablation.config_from_flags(values)


@pytest.fixture
def smoke(repository, monkeypatch, tiny_dataset, tmp_path):
    """Arguments of the smoke twin on tiny data."""
    monkeypatch.chdir(repository)
    return (
        "--flagfile=configs/ablation_smoke.flags", f"--data_dir={tiny_dataset}", "--image_size=32",
        "--validation_fraction=0.5", "--steps_per_epoch=1", f"--output_dir={tmp_path}/out",
        "--teacher=cached", f"--teacher_maps_dir={tiny_dataset}/train/masks",
    )  # fmt: skip


def test_a_variant_is_trained_and_not_again(smoke, tmp_path, capsys, monkeypatch):
    report = ablation.run(parse(*smoke, "--variants=content"))
    assert report["failed"] == []
    (row,) = report["rows"]
    assert 0 < row["max_f_focus"]["mean"] <= 1 and 0 < row["mae"]["mean"] < 1 and row["minutes"] > 0
    written = json.loads((tmp_path / "out/ablation.json").read_text())
    assert written["rows"] == [row]
    assert "content loss only" in (tmp_path / "out/ablation.md").read_text()
    monkeypatch.setattr(subprocess, "run", None)
    assert ablation.run(parse(*smoke, "--variants=content")) == report
    assert "content, seed 1: finished before" in capsys.readouterr().out


@pytest.fixture
def trainer(monkeypatch):
    """Stands for the process: F is 0.8 plus a hundredth of the seed; seed 3 fails."""
    calls = []

    def run(command, stdout, **_):
        folder = command[-2].removeprefix("--flagfile=").removesuffix("/run.flags")
        calls.append(command)
        seed = int(folder[-1])
        figures = {"max_f_focus": 0.8 + seed / 100, "max_f_blur": 0.9, "mae": 0.1}
        with open(f"{folder}/student_last.json", "w") as file:
            json.dump({"metadata": {"validation": figures}}, file)
        return types.SimpleNamespace(returncode=int(seed == 3))

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_a_failed_run_does_not_stop_the_rest(smoke, trainer, tmp_path, capsys):
    report = ablation.run(parse(*smoke, "--seeds=3,1,2"))
    assert report["failed"] == ["content, seed 3", "adversarial, seed 3"]
    assert [row["max_f_focus"]["mean"] for row in report["rows"]] == pytest.approx([0.815, 0.815])
    assert report["rows"][1]["gain"] == {"mean": 0.0, "spread": 0.0}
    assert len(trainer) == 6 and all(command[-1] == "--resume" for command in trainer)
    assert "failed with exit code 1" in capsys.readouterr().out
    ablation.run(parse(*smoke, "--seeds=3,1,2"))
    assert len(trainer) == 8


def test_other_flags_are_refused_before_anything_runs(smoke, trainer):
    ablation.run(parse(*smoke))
    with pytest.raises(ValueError, match="--epochs=9"):
        ablation.run(parse(*smoke, "--epochs=9"))
    assert len(trainer) == 2


def test_bad_seeds():
    with pytest.raises(ValueError, match="--seeds takes whole numbers"):
        parse("--seeds=one")


@pytest.mark.parametrize("name", ["ablation", "ablation_smoke"])
def test_recipes_are_read(repository, monkeypatch, name):
    monkeypatch.chdir(repository)
    config = parse(f"--flagfile=configs/{name}.flags")
    assert config.recipe.run.output_dir == f"runs/{name}"
    assert config.seeds == ((1, 2) if name == "ablation" else (1,))
