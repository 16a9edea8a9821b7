"""The model card command on synthetic evaluation folders, with the committed template."""

import json

import cv2
import numpy as np
import pytest
from absl import flags

from trainers import evaluate, model_card


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for stem, noise in (("a", 10), ("b", 200), ("c", 100)):
        mask = np.zeros((60, 80), np.uint8)
        mask[:, :40] = 255
        blur_map = np.clip(np.abs(mask.astype(int) - rng.integers(0, noise, mask.shape)), 0, 255).astype(
            np.uint8
        )
        for part, pixels in (("test/images", mask), ("test/masks", mask), ("maps", blur_map)):
            (tmp_path / part).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(tmp_path / part / f"{stem}.png"), pixels)
    arguments = {"maps_dir": str(tmp_path / "maps"), "bootstrap": 100, "progress": False}
    evaluate.run(evaluate.EvaluateConfig(str(tmp_path), str(tmp_path / "run"), **arguments))
    return tmp_path


def parse(*arguments):
    values = flags.FlagValues()
    model_card.define_flags(values)
    values(["model_card", *arguments])
    return model_card.config_from_flags(values)


def arguments_for(folder, repository):
    return (
        f"--evaluations=int8={folder}/run", f"--template={repository}/configs/model_card.md",
        f"--output={folder}/MODEL_CARD.md", f"--failures={folder}/docs/failures.jpg", "--failure_count=2",
        "--bootstrap=100",
    )  # fmt: skip


def test_figures_of_the_card_are_those_of_the_folder(folder, repository, capsys):
    uniform = {
        "model": "m.tflite", "bounds": {"sharp": "> 0.9", "blurred": "< 0.1"}, "passed": True,
        "mean_in_focus_share": {"sharp": 0.951, "blurred": 0.012}, "counts": {"sharp": 20, "blurred": 20},
    }  # fmt: skip
    (folder / "uniform.json").write_text(json.dumps(uniform))
    figures = {"mean": 0.8123, "spread": 0.0045}
    row = {
        "title": "content loss only",
        "over": None,
        "seeds": [1, 2],
        "gain": None,
        "mae_change": None,
        "minutes": 9.0,
    }
    row |= {name: figures for name in ("max_f_focus", "max_f_blur", "mae")}
    (folder / "ablation.json").write_text(json.dumps({"rows": [row]}))
    proof = {"stage": "b3", "steps": 100, "images_per_second": 0.5, "peak_gib": 9.9, "first": {}, "last": {}}
    (folder / "proof.json").write_text(json.dumps([proof]))
    more = (
        f"--uniform={folder}/uniform.json", f"--ablation={folder}/ablation.json",
        f"--distilled=alone={folder}/run", f"--proof={folder}/proof.json",
    )  # fmt: skip
    model_card.run(parse(*arguments_for(folder, repository), *more))
    text = (folder / "MODEL_CARD.md").read_text()
    metrics = json.loads((folder / "run/metrics.json").read_text())
    for positive, key in (("focus", "max_f"), ("blur", "max_f"), ("blur", "mae")):
        low, high = metrics[positive]["confidence_95"][key]
        assert f"| {metrics[positive][key]:.3f} ({low:.3f} to {high:.3f}) |" in text
    assert "| `m.tflite` | 0.951 (20) | 0.012 (20) | yes |" in text
    assert "| content loss only |  | 2 | 0.8123 ± 0.0045 |" in text
    assert text.count(f"| int8 | 3 | {metrics['focus']['max_f']:.3f}") == 1
    assert (
        f"| alone | 3 | {metrics['focus']['max_f']:.3f}" in text and "`configs/gpu_b3.flags` | 100 |" in text
    )
    assert "100 resamples" in text and "(docs/failures.jpg)" in text and "$" not in text
    # The noisiest map is the worst.
    assert text.index("| `b` |") < text.index("| `c` |") and "| `a` |" not in text
    assert str(folder) not in text
    picture = cv2.imread(str(folder / "docs/failures.jpg"))
    assert picture.shape == (26 + 2 * 166, 3 * 226, 3)
    assert "Picture:" in capsys.readouterr().out


def test_the_picture_keeps_its_size(folder, repository):
    arguments = arguments_for(folder, repository)
    model_card.run(parse(*arguments))
    full = (folder / "docs/failures.jpg").stat().st_size
    limit = full * 2 // 3 // 1000
    model_card.run(parse(*arguments, f"--failure_kilobytes={limit}"))
    assert (folder / "docs/failures.jpg").stat().st_size <= limit * 1000 < full
    with pytest.raises(ValueError, match="Allowed: 1000"):
        model_card.run(parse(*arguments, "--failure_kilobytes=1"))


def test_without_evaluations():
    with pytest.raises(ValueError, match="no --evaluations"):
        parse()
