"""Recipes, the ablation and the mean of networks: real runs made small, what is kept and reported."""

import json
import shutil
import subprocess
import types
from pathlib import Path

import numpy as np
import pytest

from dbdgan_tf.command.flags import parse
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import ablation as results
from dbdgan_tf.evaluation.result import ClassScores
from dbdgan_tf.models import StudentConfig, build_student, load_network, save_network
from dbdgan_tf.training.options import DistillRun
from trainers import ablation, average


@pytest.fixture
def run(repository, monkeypatch, tiny_dataset, tmp_path):
    monkeypatch.chdir(repository)
    small = f"""--flagfile=configs/smoke/distill.flags --image_size=32 --epochs=1 --steps_per_epoch=1
        --validation_list={tmp_path}/held_out.txt --data_shares= --teacher=cached
        --teacher_maps_dir={tiny_dataset}/train/masks"""
    (tmp_path / "small.flags").write_text("\n".join(small.split()))

    stems = [sample.stem for sample in find_samples(tiny_dataset, "train")]
    (tmp_path / "held_out.txt").write_text("\n".join(stems[:2]))

    def run(*names):
        overlays = ",".join(f"configs/ablation/{name}.flags" for name in names)
        words = (f"--recipe=configs/ablation.flags,{tmp_path}/small.flags", f"--overlays={overlays}")
        words += (
            f"--data_dir={tiny_dataset}",
            f"--held_out={tiny_dataset}",
            f"--list={tmp_path}/held_out.txt",
        )
        return ablation.run(parse(ablation.AblationConfig, *words, f"--output_dir={tmp_path}/out"))

    return run


def test_a_variant_is_trained_and_judged_and_not_again(run, tiny_dataset, tmp_path, capsys, monkeypatch):
    report = run("0_masks")
    assert report["failed"] == []
    (row,) = report["rows"]
    name = tiny_dataset.name
    assert (
        0 < row["figures"][f"{name}, max F"]["value"] <= 1 and 0 < row["figures"][f"{name}, MAE"]["value"] < 1
    )
    assert json.loads((tmp_path / "out/ablation.json").read_text()) == report
    monkeypatch.setattr(subprocess, "run", None)
    assert run("0_masks") == report
    assert "| masks alone |" in capsys.readouterr().out
    with open(tmp_path / "small.flags", "a") as file:
        file.write("\n--epochs=9")
    with pytest.raises(ValueError, match="--epochs=9"):
        run("0_masks")


def test_a_failed_run_does_not_stop_the_rest(run, nano_student, monkeypatch, tmp_path):
    """Stands for the process, which fails for the first overlay."""
    calls = []

    def train(command, **_):
        (folder,) = [word.partition("=")[2] for word in command if word.startswith("--output_dir")]
        calls.append(command)
        for suffix in (".json", ".weights.h5"):
            shutil.copy(f"{nano_student}{suffix}", f"{folder}/student_last{suffix}")
        Path(folder, "trained_on.txt").write_text("elsewhere\n")
        return types.SimpleNamespace(returncode=int(len(calls) == 1))

    monkeypatch.setattr(subprocess, "run", train)
    report = run("2_out_of_fold", "3_d2", "4_d3")
    assert report["failed"] == ["out_of_fold"] and all(command[-1] == "--resume" for command in calls)
    first, second = (list(row["figures"].values()) for row in report["rows"])
    assert all(figure.keys() == {"value"} for figure in first)
    # The same network twice: no change, whatever photographs are drawn.
    assert all((figure["change"], figure["confidence_95"]) == (0.0, [0.0, 0.0]) for figure in second)
    stem = (tmp_path / "held_out.txt").read_text().split()[0]
    (tmp_path / "out/d2/trained_on.txt").write_text(stem)
    with pytest.raises(ValueError, match=f"trained on 1 of the photographs .* Received: {stem}"):
        run("3_d2")


def test_changes_intervals_and_table_by_hand(repository):
    overlays = [
        results.read_overlay(repository / f"configs/ablation/{name}.flags") for name in ("3_d2", "4_d3")
    ]

    def scores(stems, **values):
        # At every level half of what is predicted is right and all is found: F = 1.3 / 2 / 1.15.
        halves, ones = np.full((len(stems), 256), 0.5), np.ones((len(stems), 256))
        return ClassScores("focus", stems, halves, ones, None, {k: np.array(v) for k, v in values.items()})

    def judged(mae, accuracy):
        pairs = scores(("1-near", "1-far"), accuracy=accuracy)
        return {"a": scores(("x", "y"), mae=mae, boundary_f=[0.5, 0.5]), "b": pairs}

    runs = {"d2": judged([0.1, 0.3], [0.5, 0.7]), "d3": judged([0.05, 0.25], [0.5, 0.9])}
    d2, d3 = results.summarize(overlays, runs)
    assert (d2["over"], list(d2["figures"])) == (
        "out_of_fold",
        ["a, max F", "a, MAE", "a, boundary F", "b, accuracy"],
    )
    assert d2["figures"]["a, MAE"] == pytest.approx({"value": 0.2})
    assert d3["figures"]["a, max F"]["value"] == pytest.approx(0.65 / 1.15)
    # Every photograph gains the same, so that the interval has no width; pairs gain 0 and 0.2.
    assert d3["figures"]["a, MAE"]["confidence_95"] == pytest.approx([-0.05, -0.05])
    assert d3["figures"]["b, accuracy"]["confidence_95"] == pytest.approx([0.0, 0.2])
    table = results.format_rows([d2, d3]).splitlines()
    assert table[0] == "| variant | over | a, max F | a, MAE | a, boundary F | b, accuracy |"
    assert table[2] == "| + D2 | out_of_fold | 0.565 | 0.200 | 0.500 | 0.600 |"
    assert table[3].startswith("| + D3 | + D2 | ") and table[3].endswith(
        "| 0.150 (-0.050 to -0.050) | 0.500 (+0.000 to +0.000) | 0.700 (+0.000 to +0.200) |"
    )


def test_every_overlay_differs_from_what_it_names(repository, monkeypatch, tmp_path):
    monkeypatch.chdir(repository)
    overlays = [results.read_overlay(path) for path in sorted(repository.glob("configs/ablation/*.flags"))]
    recipe = "--flagfile=configs/ablation.flags"
    configs = {o.name: parse(DistillRun, recipe, f"--flagfile={o.path}") for o in overlays}
    assert len(configs) == 8
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
        "--flagfile=configs/lite.flags", "--flagfile=configs/smoke/distill.flags",
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
