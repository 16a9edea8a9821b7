import itertools

import keras
import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.layers import DenseASPP, GroupedConv2D, NonLocalBlock, SqueezeExcite


def randomize(layer):
    rng = np.random.default_rng(0)
    layer.set_weights([rng.uniform(0.2, 1.0, weight.shape) for weight in layer.weights])


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (NonLocalBlock, {"reduction": 4}),
        (SqueezeExcite, {"reduction": 2}),
        (GroupedConv2D, {"filters": 12, "kernel_size": 1, "groups": 4}),
        (DenseASPP, {"dilations": (2, 4), "intermediate_channels": 6, "growth_channels": 4}),
    ],
)
def test_layer_runs_also_in_half_precision_and_reloads(cls, options, tmp_path):
    images = keras.Input((6, 8, 8))
    model = keras.Model(images, cls(**options, name="tested")(images))
    randomize(model.get_layer("tested"))
    x = np.random.default_rng(1).normal(size=(2, 6, 8, 8)).astype("float32")
    expected = ops.convert_to_numpy(model(x))
    assert expected.shape == (2, *model.output_shape[1:])
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(ops.convert_to_numpy(reloaded(x)), expected, rtol=1e-6, atol=1e-6)

    outputs = cls(**options, dtype="mixed_float16")(np.full((1, 4, 4, 8), 100.0, "float16"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    assert np.isfinite(ops.convert_to_numpy(outputs)).all()


def test_dense_aspp_keeps_its_input_last_and_reaches_by_its_dilation():
    layer = DenseASPP((3,), intermediate_channels=1, growth_channels=1, dropout=0.5)
    x = np.zeros((1, 9, 9, 1), "float32")
    x[0, 4, 4, 0] = 1.0
    layer.build(x.shape)
    layer.branch0_conv1.kernel.assign(np.ones((1, 1, 1, 1)))
    layer.branch0_conv2.kernel.assign(np.ones((3, 3, 1, 1)))
    outputs = ops.convert_to_numpy(layer(x))
    np.testing.assert_array_equal(outputs[..., 1], x[..., 0])
    reached = {tuple(place) for place in np.argwhere(outputs[0, ..., 0] > 0.5).tolist()}
    assert reached == set(itertools.product((1, 4, 7), repeat=2))
    # The layers inside are told of training: half of the branches are dropped.
    dropped = [not ops.convert_to_numpy(layer(x, training=True))[..., 0].any() for _ in range(20)]
    assert 0 < sum(dropped) < 20


@pytest.mark.parametrize(
    "options", [{}, {"padding": "same"}, {"strides": 2}, {"strides": (1, 3), "kernel_size": (3, 2)}]
)
def test_grouped_conv_equals_the_dense_one_with_zeros_between_groups(options):
    options = {"kernel_size": 3, **options}
    layer, dense = GroupedConv2D(6, groups=2, **options), keras.layers.Conv2D(6, **options)
    x = np.random.default_rng(0).normal(size=(2, 9, 8, 4)).astype("float32")
    layer.build(x.shape)
    dense.build(x.shape)
    randomize(layer)
    kernel, bias = layer.get_weights()
    wide = np.zeros((*kernel.shape[:2], 4, 6), "float32")
    wide[:, :, :2, :3], wide[:, :, 2:, 3:] = kernel[..., :3], kernel[..., 3:]
    dense.set_weights([wide, bias])
    images = keras.Input((None, None, 4))
    outputs = ops.convert_to_numpy(keras.Model(images, layer(images))(x))
    assert outputs.shape == layer.compute_output_shape(x.shape)
    np.testing.assert_allclose(outputs, ops.convert_to_numpy(dense(x)), rtol=1e-4, atol=1e-5)


def test_bad_options_are_named():
    for cls in (NonLocalBlock, SqueezeExcite):
        with pytest.raises(ValueError, match="reduction.*Received: 0"):
            cls(reduction=0)
    with pytest.raises(ValueError, match=r"dilations.*Received: \(\)"):
        DenseASPP(())
