"""The mean of networks, and the command that makes it."""

import json

import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.weights.mean import mean_network
from trainers import average


@pytest.fixture
def saved(tmp_path):
    """A function that saves a network whose every weight is one number; returns its path."""

    def save(name, value, **changes):
        config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32)).replace(**changes)
        network = build_student(config)
        network.set_weights([np.full(array.shape, value, np.float32) for array in network.get_weights()])
        save_network(tmp_path / name, network, config, {"seconds": 60.0})
        return str(tmp_path / name)

    return save


def test_every_weight_is_the_mean(saved):
    paths = [saved(name, value) for name, value in (("a", 1.0), ("b", 2.0), ("c", 6.0))]
    network, config = mean_network(paths, image_size=(64, 32))
    assert all(np.all(array == 3.0) for array in network.get_weights())
    assert config.encoder == "efficientnet_lite_nano" and network.input_shape == (None, 64, 32, 3)


def test_what_has_no_mean_is_refused(saved):
    one, other = saved("one", 1.0), saved("other", 1.0, decoder_channels=(8, 8, 8, 8, 8, 8))
    with pytest.raises(ValueError, match="Allowed: two or more"):
        mean_network([one])
    with pytest.raises(ValueError, match="Networks of different configurations have no mean"):
        mean_network([one, other])


def test_the_mean_is_saved_with_its_scores_and_those_of_its_parts(saved, tiny_dataset, tmp_path, capsys):
    one, other, mean = saved("a", 0.1), saved("b", 0.2), str(tmp_path / "mean")
    common = (f"--networks={one},{other}", f"--output={mean}", f"--data_dir={tiny_dataset}")
    scores = average.run(flags.parse(average.AverageConfig, *common, "--validation_fraction=0.5"))
    assert set(scores) == {one, other, mean}
    about = json.loads((tmp_path / "mean.json").read_text())["metadata"]
    assert about["validation"] == scores[mean] and about["seconds"] == 120.0
    assert [part["network"] for part in about["averaged"]] == [one, other]
    assert f"{mean} selection " in capsys.readouterr().out
    with pytest.raises(ValueError, match="No photographs are held out"):
        average.run(flags.parse(average.AverageConfig, *common, "--validation_fraction=0"))
