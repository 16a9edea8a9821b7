"""Every recipe says what it is for, and can be read by the command it names."""

import re

import pytest

RECIPES = (
    "cuhk_teacher", "cuhk_distill", "cuhk_512", "lite_start", "lite", "paper", "quickstart", "b3_cpu",
    "gpu_teacher", "gpu_b3", "gpu_b3_alone", "gpu_lite",
)  # fmt: skip


def header(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith("#"))


def test_every_flagfile_opens_with_purpose_command_hours_and_score(repository):
    for path in sorted((repository / "configs").glob("*.flags")):
        text = header(path)
        assert path.read_text().startswith("# "), path.name
        assert re.search(r"python -m trainers\.\w+ --flagfile=configs/" + path.name, text), path.name
        assert "Hours:" in text and "Score:" in text, path.name


def test_every_recipe_has_a_smoke_twin(repository):
    names = {path.stem for path in (repository / "configs").glob("*.flags")}
    assert set(RECIPES) <= names
    assert {name for name in names if not name.endswith("_smoke")} == {
        name.removesuffix("_smoke") for name in names if name.endswith("_smoke")
    }


@pytest.mark.parametrize("name", [*RECIPES, *(f"{recipe}_smoke" for recipe in RECIPES)])
def test_every_training_recipe_is_read_by_its_trainer(repository, name, monkeypatch):
    # Recipes name their parents from the root of the checkout, where commands are run.
    monkeypatch.chdir(repository)
    path = repository / "configs" / f"{name}.flags"
    from dbdgan_tf.command import flags
    from dbdgan_tf.training.configuration import DistillRun, TeacherRun

    config_class = (
        TeacherRun if f"trainers.teacher --flagfile=configs/{name}.flags" in header(path) else DistillRun
    )
    config = flags.parse(config_class, f"--flagfile={path}")
    assert config.run.output_dir.startswith("runs/")
