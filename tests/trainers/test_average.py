"""The command that averages networks."""

import json

import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.models import StudentConfig, build_student, load_network, save_network
from trainers import average


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
    for name in ("a", "b"):
        save_network(folder / name, build_student(config), config, {"seconds": 60.0})
    return folder


def test_the_mean_is_saved_with_its_scores_and_those_of_its_parts(networks, tiny_dataset, tmp_path, capsys):
    config = flags.parse(
        average.AverageConfig, f"--networks={networks / 'a'},{networks / 'b'}",
        f"--output={tmp_path / 'mean'}", f"--data_dir={tiny_dataset}", "--validation_fraction=0.5",
    )  # fmt: skip
    scores = average.run(config)
    assert set(scores) == {str(networks / "a"), str(networks / "b"), str(tmp_path / "mean")}
    about = json.loads((tmp_path / "mean.json").read_text())["metadata"]
    assert about["validation"] == scores[str(tmp_path / "mean")] and about["seconds"] == 120.0
    assert [part["network"] for part in about["averaged"]] == [str(networks / "a"), str(networks / "b")]
    paths = (tmp_path / "mean", networks / "a", networks / "b")
    mean, one, other = (load_network(path)[0].get_weights() for path in paths)
    for result, first, second in zip(mean, one, other, strict=True):
        np.testing.assert_allclose(result, (first + second) / 2, atol=1e-6)
    assert f"{tmp_path / 'mean'} selection " in capsys.readouterr().out


def test_nothing_held_out_is_an_error(networks, tiny_dataset, tmp_path):
    paths = (str(networks / "a"), str(networks / "b"))
    config = average.AverageConfig(paths, str(tmp_path / "mean"), (str(tiny_dataset),), "", 0.0)
    with pytest.raises(ValueError, match="No photographs are held out"):
        average.run(config)
