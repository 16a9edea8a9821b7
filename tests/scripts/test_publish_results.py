"""Publishing an evaluation: the same figures from the small folder, and nothing of the machine in it."""

import json

import numpy as np
import pytest

from dbdgan_tf.evaluation.result import ClassScores, EvaluationResult
from dbdgan_tf.metrics.scores import VALUE_NAMES


@pytest.fixture(scope="module")
def publish(load_module, repository):
    return load_module(repository / "scripts/publish_results.py")


@pytest.fixture
def evaluation(tmp_path):
    rng = np.random.default_rng(0)
    stems = ("a", "b", "c")
    classes = {
        key: ClassScores(
            key, stems, rng.random((3, 256)), rng.random((3, 256)),
            {name: rng.random(3) for name in VALUE_NAMES},
        )
        for key in ("blur", "focus")
    }  # fmt: skip
    images = tuple(
        {"stem": stem, "image": f"/here/{stem}.jpg", "mask": "/here/m.png", "polarity": "blur"}
        for stem in stems
    )
    result = EvaluationResult("net", classes, images, maps_dir="/here/maps")
    result.save(tmp_path / "run", resamples=20)
    return result, tmp_path / "run"


def test_same_figures_without_paths(publish, evaluation, tmp_path):
    result, folder = evaluation
    written = publish.run(publish.PublishConfig(str(folder), str(tmp_path / "kept")))
    assert [path.name for path in written] == ["evaluation.json", "scores.npz"]
    assert "/here" not in (tmp_path / "kept/evaluation.json").read_text()
    kept = EvaluationResult.load(tmp_path / "kept")
    assert (kept.name, kept.images, kept.maps_dir) == ("net", (), None)
    for key in ("blur", "focus"):
        old, new = result.classes[key].metrics(50), kept.classes[key].metrics(50)
        assert new["n"] == 3
        assert new["max_f"] == pytest.approx(old["max_f"], abs=1e-6)
        assert new["confidence_95"]["mae"] == pytest.approx(old["confidence_95"]["mae"], abs=1e-6)


def test_network_keeps_what_a_card_tells(publish, evaluation, tmp_path):
    from dbdgan_tf.evaluation.report.card import networks_section

    content = {
        "kind": "student",
        "config": {"encoder": "efficientnet_b3", "image_size": [160, 160]},
        "metadata": {
            "arguments": ["--data_dir=/here"], "epoch": 7, "seconds": 2700.0, "git_revision": "abc",
            "config": {"run": {"seed": 3, "output_dir": "/here/run"}, "data": {"data_dir": ["/here"]}},
            "validation": {"max_f_focus": 0.75, "mae": 0.2},
        },
    }  # fmt: skip
    (tmp_path / "best.json").write_text(json.dumps(content))
    config = publish.PublishConfig(str(evaluation[1]), str(tmp_path / "kept"), str(tmp_path / "best"))
    path = publish.run(config)[-1]
    assert path.name == "network.json"
    assert "/here" not in path.read_text()
    kept = json.loads(path.read_text())
    assert networks_section({"s": kept}) == networks_section({"s": content})
    assert "| 160 x 160 | 7 | 0.75 | 3 | 0.750 | 0.200 | `abc` |" in networks_section({"s": kept})
