import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.scaling import IMAGENET, LITE, UNIT, InputScaling, resolve_scaling, scaling_for


def test_known_values():
    pixels = np.array([[0, 127, 255]], np.uint8)
    np.testing.assert_allclose(LITE.apply(pixels), [[-0.9921875, 0.0, 1.0]])
    np.testing.assert_allclose(UNIT.apply(pixels), [[0.0, 127 / 255, 1.0]], rtol=1e-6)
    expected = [[-0.485 / 0.229, (127 / 255 - 0.456) / 0.224, (1 - 0.406) / 0.225]]
    np.testing.assert_allclose(IMAGENET.apply(pixels), expected, rtol=1e-5)
    # Tensors and arrays agree.
    images = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype(np.float32)
    tensor = ops.convert_to_numpy(IMAGENET.apply(ops.convert_to_tensor(images)))
    np.testing.assert_allclose(tensor, IMAGENET.apply(images), atol=1e-6)


def test_names():
    assert scaling_for("efficientnet_lite2") == LITE
    assert resolve_scaling("auto", "efficientnet_b3") == IMAGENET
    assert resolve_scaling("unit", "efficientnet_b3") == UNIT
    with pytest.raises(ValueError, match="Received: 'other'. Allowed:"):
        resolve_scaling("other", "efficientnet_b3")
    with pytest.raises(ValueError, match="std"):
        InputScaling((0, 0, 0), (1, 0, 1))
