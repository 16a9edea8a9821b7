"""The model card's sections, figure by figure."""

import hashlib

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import evaluate, maps_predictor
from dbdgan_tf.evaluation.report import Comparison, card


@pytest.fixture
def result(tmp_path):
    """Three images of 20 x 30, half blurred; the map of c is wrong everywhere."""
    for stem in "abc":
        mask = np.zeros((20, 30), np.uint8)
        mask[:, :15] = 255
        for folder, pixels in (
            ("test/images", mask),
            ("test/masks", mask),
            ("maps", 255 - mask if stem == "c" else mask),
        ):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(tmp_path / folder / f"{stem}.png"), pixels)
    return evaluate(find_samples(tmp_path, "test"), maps_predictor(tmp_path / "maps"), name="ours")


def test_metrics_are_those_of_the_evaluation(result):
    row = card.metrics_section([result], 50).splitlines()[2]
    metrics = result.metrics(50)
    low, high = metrics["focus"]["confidence_95"]["max_f"]
    assert f"| ours | 3 | {metrics['focus']['max_f']:.3f} ({low:.3f} to {high:.3f}) |" in row
    # One map of three is wrong everywhere.
    assert "| 0.333 (0.000 to " in row
    assert row.endswith(f"| {metrics['focus']['f_050']:.3f} | 0.667 |")


def test_one_class_is_not_enough(result):
    half = type(result)("half", {"blur": result.classes["blur"]})
    with pytest.raises(card.CardError, match="half was evaluated for blur only"):
        card.metrics_section([half])


def test_files(tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"x" * 1_230_000)
    checksum = hashlib.sha256(b"x" * 1_230_000).hexdigest()
    section = card.files_section([tmp_path / "model.tflite"])
    assert section.splitlines()[2] == f"| `model.tflite` | 1.23 | `{checksum}` |"
    with pytest.raises(card.CardError, match="absent.tflite"):
        card.files_section([tmp_path / "absent.tflite"])
    assert card.files_section([]) == card.NOTHING


def test_proof():
    proof = {
        "stage": "b3", "steps": 100, "images_per_second": 0.512, "peak_gib": 9.87,
        "first": {"student_bce": 0.7, "d_student": 0.5, "consistency": 0.41},
        "last": {"student_bce": 0.6, "d_student": 0.4, "consistency": 0.3},
    }  # fmt: skip
    terms = "student_bce 0.700 to 0.600, consistency 0.410 to 0.300"
    row = f"| `configs/gpu_b3.flags` | 100 | {terms} | 0.51 | 9.9 |"
    assert card.proof_section([proof]).splitlines()[2] == row
    assert card.proof_section([{**proof, "images_per_second": None}]).splitlines()[2].endswith("|  | 9.9 |")
    assert card.proof_section([]) == card.NOTHING


def test_networks():
    about = {
        "epoch": 14, "seconds": 5400.0, "git_revision": "abc1234", "config": {"run": {"seed": 3}},
        "validation": {"max_f_focus": 0.8765, "max_f_blur": 0.9, "mae": 0.0944},
    }  # fmt: skip
    content = {"config": {"encoder": "efficientnet_lite2", "image_size": [320, 320]}, "metadata": about}
    rows = card.networks_section({"student": content, "bare": content | {"metadata": None}}).splitlines()
    expected = "| student | efficientnet_lite2 | 320 x 320 | 14 | 1.50 | 3 | {} | 0.094 | `abc1234` |"
    assert rows[2] == expected.format(f"{0.8765:.3f}")
    assert rows[3] == "| bare | efficientnet_lite2 | 320 x 320 |  |  |  |  |  |  |"


def test_uniform_scenes_and_recipes(tmp_path):
    report = {
        "model": "m.tflite", "bounds": {"sharp": "> 0.9", "blurred": "< 0.1"}, "passed": False,
        "mean_in_focus_share": {"sharp": 0.95, "blurred": 0.125}, "counts": {"sharp": 20, "blurred": 8},
    }  # fmt: skip
    section = card.uniform_section([report])
    assert section.startswith("| model | sharp, bound > 0.9 | blurred, bound < 0.1 | kept |")
    assert section.splitlines()[2] == "| `m.tflite` | 0.950 (20) | 0.125 (8) | no |"
    (tmp_path / "a.flags").write_text("# Purpose.\n--epochs=3\n")
    assert (
        card.recipes_section([tmp_path / "a.flags"])
        == "`configs/a.flags`:\n\n```\n# Purpose.\n--epochs=3\n```\n"
    )


def test_failures(result):
    section = card.failures_section(Comparison.of([result]), ["c", "a"], "docs/f.jpg")
    assert section.splitlines() == [
        "![Worst images](docs/f.jpg)", "", "| image | MAE | IoU, blurred |", "|---|---|---|",
        "| `c` | 1.000 | 0.000 |", "| `a` | 0.000 | 1.000 |",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["$one $two", "$one $two $three $four", "$one $two $thee"])
def test_a_template_names_every_section_and_no_other(text):
    with pytest.raises(card.CardError, match="exactly"):
        card.fill_template(text, {"one": "1", "two": "2", "three": "3"})


def test_a_template_is_filled():
    assert card.fill_template("a $one, ${two} $$", {"one": "1\n", "two": "2"}) == "a 1, 2 $"


def test_unreadable_results_are_named(tmp_path):
    (tmp_path / "x.json").write_text("{")
    for name in ("x.json", "absent.json"):
        with pytest.raises(card.CardError, match=name):
            card.read_json(tmp_path / name)
