"""The mean of networks."""

import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, build_student, save_network
from dbdgan_tf.models.weights.mean import mean_network


def saved(folder, name, value, **changes):
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32)).replace(**changes)
    network = build_student(config)
    network.set_weights([np.full(array.shape, value, np.float32) for array in network.get_weights()])
    save_network(folder / name, network, config)
    return str(folder / name)


def test_every_weight_is_the_mean(tmp_path):
    paths = [saved(tmp_path, name, value) for name, value in (("a", 1.0), ("b", 2.0), ("c", 6.0))]
    network, config = mean_network(paths)
    assert all(np.all(array == 3.0) for array in network.get_weights())
    assert config.encoder == "efficientnet_lite_nano"
    assert mean_network(paths, image_size=(64, 32))[0].input_shape == (None, 64, 32, 3)


def test_what_has_no_mean_is_refused(tmp_path):
    one = saved(tmp_path, "one", 1.0)
    with pytest.raises(ValueError, match="Allowed: two or more"):
        mean_network([one])
    other = saved(tmp_path, "other", 1.0, decoder_channels=(8, 8, 8, 8, 8, 8))
    with pytest.raises(ValueError, match="Networks of different configurations have no mean"):
        mean_network([one, other])
