"""The official student's weights on our graph give the official student's output."""

import numpy as np

from dbdgan_tf.official.student import load_official_student


def test_outputs_equal_the_official_ones(official_network):
    state, images, maps = official_network("student")
    model, config, report = load_official_student({"model_state_dict": state}, image_size=images.shape[1:3])
    assert report.unused == ()
    assert report.used == len(state)
    batch_counters = sum(key.endswith("num_batches_tracked") for key in state)
    assert model.count_params() == sum(array.size for array in state.values()) - batch_counters
    assert config.image_size == images.shape[1:3]
    assert config.input_scaling.std == (255.0, 255.0, 255.0)
    assert maps.std() > 0.01
    np.testing.assert_allclose(model.predict(images, verbose=0), maps, rtol=0, atol=1e-5)
