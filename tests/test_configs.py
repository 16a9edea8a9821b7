"""Every recipe says what it is for, and can be read by the command it names, alone and made small."""

import re
from pathlib import Path

import pytest

from dbdgan_tf.command.flags import parse
from dbdgan_tf.quantization.options import QatRun
from dbdgan_tf.training.options import DistillRun, TeacherRun

CLASSES = {"teacher": TeacherRun, "distill": DistillRun, "ablation": DistillRun, "qat": QatRun}
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
        start = "runs/smoke" if more else "" if trainer == "ablation" else "runs/"
        assert config.run.output_dir.startswith(start)
