"""Recipes, the ablation and the mean of networks: real runs made small, what is kept and reported."""

import json
import subprocess
import types

import numpy as np
import pytest

from dbdgan_tf.command.flags import parse
from dbdgan_tf.evaluation import ablation as results
from dbdgan_tf.models import StudentConfig, build_student, load_network, save_network
from dbdgan_tf.training.options import DistillRun
from trainers import ablation, average


@pytest.fixture
def run(repository, monkeypatch, tiny_dataset, tmp_path):
    monkeypatch.chdir(repository)
    small = f"""--flagfile=configs/smoke/distill.flags --image_size=32 --epochs=1 --steps_per_epoch=1
        --validation_fraction=0.5 --teacher=cached --teacher_maps_dir={tiny_dataset}/train/masks"""
    (tmp_path / "small.flags").write_text("\n".join(small.split()))

    def run(*names, seeds="1"):
        overlays = ",".join(f"configs/ablation/{name}.flags" for name in names)
        words = (f"--recipe=configs/ablation.flags,{tmp_path}/small.flags", f"--overlays={overlays}")
        words += (f"--data_dir={tiny_dataset}", f"--seeds={seeds}", f"--output_dir={tmp_path}/out")
        return ablation.run(parse(ablation.AblationConfig, *words))

    return run


def test_a_variant_is_trained_and_not_again(run, tmp_path, capsys, monkeypatch):
    report = run("0_content")
    assert report["failed"] == []
    (row,) = report["rows"]
    assert 0 < row["max_f_focus"]["mean"] <= 1 and 0 < row["mae"]["mean"] < 1
    assert json.loads((tmp_path / "out/ablation.json").read_text()) == report
    monkeypatch.setattr(subprocess, "run", None)
    assert run("0_content") == report
    assert "content loss only" in capsys.readouterr().out


@pytest.fixture
def trainer(monkeypatch):
    """Stands for the process: F is 0.8 plus a hundredth of the seed; seed 3 fails."""
    calls = []

    def run(command, stdout, **_):
        (folder,) = [word.partition("=")[2] for word in command if word.startswith("--output_dir")]
        calls.append(command)
        seed = int(folder[-1])
        figures = {"max_f_focus": 0.8 + seed / 100, "max_f_blur": 0.9, "mae": 0.1}
        with open(f"{folder}/student_last.json", "w") as file:
            json.dump({"metadata": {"validation": figures if seed < 4 else {}}}, file)
        return types.SimpleNamespace(returncode=int(seed == 3))

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_a_failed_run_does_not_stop_the_rest(run, trainer):
    report = run("0_content", "1_adversarial", seeds="3,1,2")
    assert report["failed"] == ["content, seed 3", "adversarial, seed 3"]
    assert [row["max_f_focus"]["mean"] for row in report["rows"]] == pytest.approx([0.815, 0.815])
    assert report["rows"][1]["gain"] == {"mean": 0.0, "spread": 0.0}
    assert len(trainer) == 6 and all(command[-1] == "--resume" for command in trainer)
    run("0_content", "1_adversarial", seeds="3,1,2")
    assert len(trainer) == 8


def test_other_flags_and_runs_without_held_out_photographs_are_refused(run, trainer, tmp_path):
    run("0_content")
    with open(tmp_path / "small.flags", "a") as file:
        file.write("\n--epochs=9")
    with pytest.raises(ValueError, match="--epochs=9"):
        run("0_content")
    assert len(trainer) == 1
    with pytest.raises(ValueError, match="--validation_fraction above 0"):
        run("4_d3", seeds="4")


def test_mean_spread_change_and_table_by_hand(repository):
    names = ("0_content", "1_adversarial", "2_consistency")
    overlays = [results.read_overlay(repository / f"configs/ablation/{name}.flags") for name in names]

    def figures(focus):
        return {"max_f_focus": focus, "max_f_blur": 0.95, "mae": 0.9 - focus}

    runs = {
        "content": {1: figures(0.80), 2: figures(0.84)},
        "adversarial": {1: figures(0.83), 2: figures(0.85)},
        "consistency": {3: figures(0.9)},
    }
    content, adversarial, consistency = rows = results.summarize(overlays, runs)
    assert content["max_f_focus"] == pytest.approx({"mean": 0.82, "spread": 0.02})
    assert content["mae"] == pytest.approx({"mean": 0.08, "spread": 0.02})
    assert (content["gain"], content["seeds"], consistency["gain"]) == (None, [1, 2], None)
    # 0.03 with seed 1, 0.01 with seed 2.
    assert adversarial["gain"] == pytest.approx({"mean": 0.02, "spread": 0.01})
    assert adversarial["mae_change"] == pytest.approx({"mean": -0.02, "spread": 0.01})
    lines = results.format_rows(rows).splitlines()
    assert len(lines) == 5 and lines[0].endswith("| gain in focus | change of MAE |")
    shown = "0.8200 ± 0.0200 | 0.9500 ± 0.0000 | 0.0800 ± 0.0200"
    assert lines[2] == f"| content loss only |  | 2 | {shown} |  |  |"
    assert lines[3].endswith("| +0.0200 ± 0.0100 | -0.0200 ± 0.0100 |")


def test_every_overlay_differs_from_what_it_names(repository, monkeypatch, tmp_path):
    monkeypatch.chdir(repository)
    overlays = [results.read_overlay(path) for path in sorted(repository.glob("configs/ablation/*.flags"))]
    recipe = "--flagfile=configs/ablation.flags"
    configs = {o.name: parse(DistillRun, recipe, f"--flagfile={o.path}") for o in overlays}
    assert len(configs) == 9
    assert all(configs[overlay.name] != configs[overlay.over] for overlay in overlays if overlay.over)
    (tmp_path / "untitled.flags").write_text("--epochs=1\n")
    with pytest.raises(ValueError, match="Received: '--epochs=1'"):
        results.read_overlay(tmp_path / "untitled.flags")


COMMAND = """
import runpy, sys
sys.argv = ["trainers.distill", *{arguments!r}]
runpy.run_module("trainers.distill", run_name="__main__")
"""
# Tracing takes most of the time on TensorFlow, compiling on JAX, and what is made so runs twice.
EAGER = "import tensorflow as tf\ntf.config.run_functions_eagerly(True)"
FAST_COMPILE = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


@pytest.mark.parametrize("backend, blocked, first", [("tensorflow", (), EAGER), ("jax", ("tensorflow",), "")])
def test_smoke_recipe(backend, blocked, first, run_python, tiny_dataset, tmp_path):
    arguments = [
        "--flagfile=configs/distill.flags", "--flagfile=configs/smoke/distill.flags",
        f"--data_dir={tiny_dataset}", f"--output_dir={tmp_path}", "--image_size=32", "--epochs=1",
        "--discriminator_channels=4",
    ]  # fmt: skip
    environment = {"KERAS_BACKEND": backend, "XLA_FLAGS": FAST_COMPILE}
    output = run_python(first + COMMAND.format(arguments=arguments), blocked=blocked, env=environment)
    assert "student_bce" in output
    for name in ("student_best", "student_last", "teacher_best"):
        assert (tmp_path / f"{name}.weights.h5").stat().st_size > 100_000
        saved = json.loads((tmp_path / f"{name}.json").read_text())
        assert saved["config"]["encoder"] == "efficientnet_lite_nano"
        assert 0 <= saved["metadata"]["validation"].get("mae", 0) <= 1
    assert (tmp_path / "checkpoint.npz").exists() and list((tmp_path / "tensorboard").iterdir())


@pytest.fixture
def saved(tmp_path):
    def save(name, value, **changes):
        config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32)).replace(**changes)
        network = build_student(config)
        network.set_weights([np.full(array.shape, value, np.float32) for array in network.get_weights()])
        save_network(tmp_path / name, network, config, {"seconds": 60.0})
        return str(tmp_path / name)

    return save


def test_the_mean_is_saved_with_its_scores_and_those_of_its_parts(saved, tiny_dataset, tmp_path, capsys):
    parts, mean = [saved("a", 0.1), saved("b", 0.2), saved("c", 0.6)], f"{tmp_path}/m"
    other = saved("other", 1.0, decoder_channels=(8, 8, 8, 8, 8, 8))

    def run(networks, share=0.5):
        words = (f"--networks={','.join(networks)}", f"--output={mean}", f"--data_dir={tiny_dataset}")
        return average.run(parse(average.AverageConfig, *words, f"--validation_fraction={share}"))

    scores = run(parts)
    assert set(scores) == {*parts, mean}
    assert all(np.allclose(array, 0.3) for array in load_network(mean)[0].get_weights())
    about = json.loads((tmp_path / "m.json").read_text())["metadata"]
    assert about["validation"] == scores[mean] and about["seconds"] == 180.0
    assert [part["network"] for part in about["averaged"]] == parts
    assert f"{mean} selection " in capsys.readouterr().out
    for networks, share, message in (
        (parts, 0, "No photographs are held out"),
        (parts[:1], 0.5, "Allowed: two or more"),
        ([parts[0], other], 0.5, "Networks of different configurations have no mean"),
    ):
        with pytest.raises(ValueError, match=message):
            run(networks, share)
