"""Every recipe says what it is for, and can be read by the command it names, alone and made small."""

import re

import pytest

from dbdgan_tf.command.flags import parse
from dbdgan_tf.quantization.options import QatRun
from dbdgan_tf.training.options import DistillRun, TeacherRun

RECIPES = {
    "quickstart": "distill", "teacher": "teacher", "teacher_vgg16": "teacher", "distill": "distill",
    "lite_512": "distill", "lite_start": "distill", "lite": "distill", "lite_qat": "qat", "qat": "qat",
    "b3": "distill", "paper": "distill", "ablation": "ablation",
}  # fmt: skip
CLASSES = {"teacher": TeacherRun, "distill": DistillRun, "ablation": DistillRun, "qat": QatRun}


def test_every_recipe_opens_with_purpose_command_hours_and_score(repository):
    paths = sorted((repository / "configs").glob("*.flags"))
    assert {path.stem for path in paths} == set(RECIPES)
    for path in paths:
        header = "\n".join(line for line in path.read_text().splitlines() if line.startswith("#"))
        command = rf"python -m trainers\.{RECIPES[path.stem]} --\w+=configs/{path.name}"
        assert re.search(command, header) and "Hours:" in header and "Score:" in header, path.name


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_read_alone_and_with_the_smoke_overlay(repository, name, monkeypatch):
    # Recipes name their parents from the root of the checkout, where commands are run.
    monkeypatch.chdir(repository)
    trainer = RECIPES[name]
    overlay = f"configs/smoke/{'distill' if trainer == 'ablation' else trainer}.flags"
    for more in ([], [f"--flagfile={overlay}"]):
        config = parse(CLASSES[trainer], f"--flagfile=configs/{name}.flags", *more)
        if trainer == "qat":
            before = "smoke" if more else {"qat": "distill", "lite_qat": "lite"}[name]
            assert config.qat.student_checkpoint == f"runs/{before}/student_best"
        run = config.run
        assert run.output_dir.startswith("runs/smoke" if more else ("runs/", "")[trainer == "ablation"])
