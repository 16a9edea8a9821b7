"""Every test that the feature table names exists."""

import re


def test_every_named_test_exists(repository):
    table = (repository / "docs/features.md").read_text(encoding="utf-8")
    named = [
        (path, name)
        for path, names in re.findall(r"`([^`]+)`: ([\w., ]+)", table.partition("|---")[2])
        for name in names.strip().split(", ")
    ]
    missing = [f"{path}::{name}" for path, name in named if not _exists(repository / path, name)]
    assert len(named) > 80 and not missing, missing


def _exists(path, name):
    return (path / name).is_file() or (path.is_file() and f"def {name}(" in path.read_text(encoding="utf-8"))
