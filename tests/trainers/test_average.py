"""The mean of networks, and the command that makes it."""

import json

import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.models import StudentConfig, build_student, load_network, save_network
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


def test_the_mean_is_saved_with_its_scores_and_those_of_its_parts(saved, tiny_dataset, tmp_path, capsys):
    parts, mean = (
        [saved(name, value) for name, value in (("a", 0.1), ("b", 0.2), ("c", 0.6))],
        f"{tmp_path}/m",
    )
    other = saved("other", 1.0, decoder_channels=(8, 8, 8, 8, 8, 8))

    def run(networks, share=0.5):
        words = (f"--networks={','.join(networks)}", f"--output={mean}", f"--data_dir={tiny_dataset}")
        return average.run(flags.parse(average.AverageConfig, *words, f"--validation_fraction={share}"))

    scores = run(parts)
    assert set(scores) == {*parts, mean}
    assert all(np.allclose(array, 0.3) for array in load_network(mean)[0].get_weights())
    about = json.loads((tmp_path / "m.json").read_text())["metadata"]
    assert about["validation"] == scores[mean] and about["seconds"] == 180.0
    assert [part["network"] for part in about["averaged"]] == parts
    assert f"{mean} selection " in capsys.readouterr().out
    for networks, share, message in (
        (parts, 0, "No photographs are held out"),
        (parts[:1], 0.5, "Allowed: two or more"),
        ([parts[0], other], 0.5, "Networks of different configurations have no mean"),
    ):
        with pytest.raises(ValueError, match=message):
            run(networks, share)
