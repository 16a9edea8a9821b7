"""Every recipe says what it is for, and can be read by the command it names, alone and made small."""

import re
from pathlib import Path

import pytest

from dbdgan_tf.command.flags import parse
from dbdgan_tf.quantization.options import QatRun
from dbdgan_tf.training.options import DistillRun, TeacherRun
from trainers.average import AverageConfig

CLASSES = {"teacher": TeacherRun, "distill": DistillRun, "ablation": DistillRun, "qat": QatRun}
CLASSES["average"] = AverageConfig
RECIPES = sorted((Path(__file__).parent.parent / "configs").glob("*.flags"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_has_a_header_and_is_read_alone_and_with_the_overlay(repository, path, monkeypatch):
    # Recipes name their parents from the root of the checkout, where commands are run.
    monkeypatch.chdir(repository)
    header = "\n".join(line for line in path.read_text().splitlines() if line.startswith("#"))
    trainer = re.search(rf"python -m trainers\.(\w+) --\w+=configs/{path.name}", header)[1]
    assert "Hours:" in header and "Score:" in header
    overlay = f"configs/smoke/{'distill' if trainer == 'ablation' else trainer}.flags"
    for more in ([], [f"--flagfile={overlay}"]):
        config = parse(CLASSES[trainer], f"--flagfile=configs/{path.name}", *more)
        if trainer == "qat":
            before = "smoke" if more else "lite"
            assert config.qat.student_checkpoint == f"runs/{before}/student_best"
        start = "runs/smoke" if more else "runs/"
        assert config.run.output_dir.startswith(start)


def commands(header):
    """The words after `python -m trainers.NAME` of each command, its shell variables and loops filled in."""
    text = re.sub(r"^#\s*", "", header, flags=re.MULTILINE).replace("\\\n", " ")
    found = re.findall(r"python -m trainers\.(teacher|distill|qat|average) (.+)", text)
    return [(trainer, line.replace("$fold", "0")) for trainer, line in found]


def test_the_commands_of_the_headers_are_read(repository, monkeypatch):
    monkeypatch.chdir(repository)
    variables = dict(re.findall(r'(\w+)="(.*?)"', (repository / "configs/lite.flags").read_text(), re.DOTALL))
    variables = {f"${name}": " ".join(value.replace("#", " ").split()) for name, value in variables.items()}
    starts, networks = {}, {"runs/begun/student_best"}
    for path in RECIPES:
        for trainer, line in commands(path.read_text()):
            for name, value in variables.items():
                line = line.replace(name, value)
            assert "$" not in line
            config = parse(CLASSES[trainer], *re.findall(r"--\w+(?:=\S*)?", line))
            if trainer == "distill":
                starts.setdefault(path.stem, []).append(config.student.student_weights)
                networks.add(f"{config.run.output_dir}/student_best")
            if trainer == "average":
                assert set(config.networks) <= networks
    assert starts["lite_finish"] == ["runs/begun/student_best"] * 3
    assert starts["lite_fast"] == ["runs/teacher_1/teacher_best", "runs/lite_fast/student_best"]
    assert starts["b3"] == ["imagenet"]
