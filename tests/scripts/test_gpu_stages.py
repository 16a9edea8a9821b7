"""The stages of training on a GPU machine: what each call runs, resumes, goes on from and passes over."""

import json
import sys
import time

import numpy as np
import pytest


@pytest.fixture(scope="module")
def stages(load_module, repository):
    return load_module(repository / "scripts/gpu_stages.py")


@pytest.fixture
def call(stages, tmp_path):
    for folder in ("bundle/data/cuhk", "bundle/data/bsds500", "work/data/synthetic", "work/start"):
        (tmp_path / folder).mkdir(parents=True)
    return stages.Call(
        tmp_path / "bundle",
        tmp_path / "work",
        tmp_path / "out",
        time.monotonic() + 600 + stages.RESERVE + stages.STARTUP,
    )


def flags_of(command):
    return dict(word[2:].split("=", 1) if "=" in word else (word[2:], "") for word in command[3:])


def write_network(path, **metadata):
    path.parent.mkdir(parents=True, exist_ok=True)
    optimizer = {"generator_lr": 1e-3, "final_lr_fraction": 0.02}
    path.write_text(json.dumps({"metadata": {"config": {"optimizer": optimizer}, **metadata}}))


def write_checkpoint(folder, **progress):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "checkpoint.npz", progress=np.frombuffer(json.dumps(progress).encode(), np.uint8))


def test_stages_come_with_minutes(stages):
    assert stages.parse("teacher:7.5") == ("teacher", 7.5)
    for text in ("teacher", "teacher:0", "student:3", "b3:x"):
        with pytest.raises(ValueError, match="Allowed: STAGE:MINUTES, STAGE of check, teacher, b3"):
            stages.parse(text)


def test_a_first_call_starts_the_teacher_with_the_time_that_is_left(stages, call):
    command = stages.command_of("teacher", 9.0, call)
    flags = flags_of(command)
    assert command[2] == "trainers.teacher"
    assert flags["flagfile"] == "configs/gpu_teacher.flags"
    assert float(flags["fit_minutes"]) == 9
    assert float(flags["max_minutes"]) == pytest.approx(10.0, abs=0.05)
    assert flags["data_dir"] == f"{call.bundle / 'data/cuhk'},{call.work / 'data/synthetic'}"
    assert "overwrite" in flags and "resume" not in flags and "unlabelled_dir" not in flags


def test_students_need_a_teacher_and_take_the_one_trained_here_first(stages, call):
    with pytest.raises(ValueError, match="There is no teacher"):
        stages.command_of("b3", 9.0, call)
    write_network(call.work / "start/teacher.json")
    flags = flags_of(stages.command_of("b3", 9.0, call))
    assert flags["teacher_weights"] == str(call.work / "start/teacher")
    assert flags["unlabelled_dir"] == str(call.bundle / "data/bsds500")
    write_network(call.work / "runs/teacher/teacher_best.json")
    flags = flags_of(stages.command_of("b3_alone", 9.0, call))
    assert flags["teacher_weights"] == str(call.work / "runs/teacher/teacher_best")
    assert "unlabelled_dir" not in flags


def test_a_broken_off_stage_resumes_and_a_finished_one_is_passed_over(stages, call):
    write_checkpoint(call.work / "runs/teacher", epoch=3, seconds=200.0)
    assert "resume" in flags_of(stages.command_of("teacher", 9.0, call))
    write_checkpoint(call.work / "runs/teacher", epoch=9, seconds=541.0, finished_minutes=9.0)
    assert stages.command_of("teacher", 9.0, call) is None
    assert "resume" in flags_of(stages.command_of("teacher", 12.0, call))


def test_a_fresh_machine_goes_on_at_the_rate_the_other_had_reached(stages, call):
    write_network(call.work / "start/teacher.json")
    write_network(call.work / "start/b3.json", seconds=300.0)
    flags = flags_of(stages.command_of("b3", 10.0, call))
    assert flags["student_weights"] == str(call.work / "start/b3")
    assert float(flags["fit_minutes"]) == 5.0
    # Half way down the cosine from 1e-3 to 2e-5.
    assert float(flags["generator_lr"]) == pytest.approx(5.1e-4)
    assert float(flags["generator_lr"]) * float(flags["final_lr_fraction"]) == pytest.approx(2e-5)
    assert stages.command_of("b3", 5.0, call) is None


def test_no_time_is_never_no_limit(stages, call):
    late = stages.Call(call.bundle, call.work, call.output_dir, time.monotonic() - 5)
    assert float(flags_of(stages.command_of("teacher", 9.0, late))["max_minutes"]) > 0


def test_every_stage_has_its_recipe_and_a_smoke_twin(stages, repository):
    for stage in stages.STAGES.values():
        for ending in (".flags", "_smoke.flags"):
            text = (repository / "configs" / f"{stage.recipe}{ending}").read_text()
            assert f"python -m trainers.{stage.command} " in text


def test_a_stage_is_run_and_its_network_written_even_if_the_trainer_fails(stages, call, monkeypatch):
    write_network(call.work / "runs/teacher/teacher_best.json")
    commands = []
    failing = type("Done", (), {"returncode": 9})
    monkeypatch.setattr(
        stages.subprocess, "run", lambda command, timeout: commands.append(command) or failing
    )
    writer = type("Writer", (), {"wait": lambda self: 0})
    monkeypatch.setattr(stages.subprocess, "Popen", lambda command, env: commands.append(command) or writer())
    assert stages.run([("teacher", 9.0)], call) == 9
    assert commands[0][2] == "trainers.teacher"
    assert commands[1][1] == "scripts/split_weights.py"
    assert f"--network={call.work / 'runs/teacher/teacher_best'}" in commands[1]


def test_a_trainer_that_outstays_its_time_is_killed_and_its_network_written(stages, call, monkeypatch):
    write_network(call.work / "runs/teacher/teacher_best.json")
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(stages, "command_of", lambda name, minutes, call: sleeping)
    written = []
    writer = type("Writer", (), {"wait": lambda self: 0})
    monkeypatch.setattr(stages, "_write_parts", lambda name, call: written.append(name) or writer())
    monkeypatch.setattr(stages, "SHORTEST", -stages.RESERVE)
    late = stages.Call(call.bundle, call.work, call.output_dir, time.monotonic() + stages.LAST + 0.2)
    began = time.monotonic()
    assert stages.run([("teacher", 9.0)], late) == stages.KILLED
    assert written == ["teacher"] and time.monotonic() - began < 30
