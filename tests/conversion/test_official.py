"""An official student's checkpoint as .tflite, against the official network's own output."""

import numpy as np
import pytest

from dbdgan_tf.conversion.converter import ConversionConfig, Network, convert
from dbdgan_tf.inference import LiteRTModel


@pytest.fixture(scope="module")
def official(official_network):
    """(network, input (H, W, 3) in 0..1, official map)."""
    from dbdgan_tf.models.scaling import UNIT
    from dbdgan_tf.official.student import load_official_student

    state, images, maps = official_network("student")
    size = images.shape[1:3]
    model, _, _ = load_official_student(state, image_size=size, batch_size=1)
    return Network(model, size, UNIT, "official"), images[0], maps[0, ..., 0]


@pytest.mark.parametrize(("variant", "tolerance"), [("float32", 1e-4), ("float16", 2e-2)])
def test_map_equals_the_official_one(official, variant, tolerance):
    network, image, expected = official
    model = LiteRTModel(convert(ConversionConfig("official", "m.tflite", variant), network).model)
    assert np.abs(model.run(image) - expected).max() <= tolerance
    report = model.delegation()
    assert (report.partitions, report.left_ops) == (1, ())
