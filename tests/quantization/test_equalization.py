"""Equalized depthwise kernels; tf_keras alone, no tfmot."""

import numpy as np
import pytest

from dbdgan_tf.quantization.equalization import equalize_depthwise

tf_keras = pytest.importorskip("tf_keras")


def test_every_channel_gets_the_range_1_and_the_output_stays():
    layers = tf_keras.layers
    x = inputs = tf_keras.Input((8, 8, 3))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="dw")(x)
    x = layers.BatchNormalization(epsilon=1e-3, name="bn")(x)
    # A convolution without batch norm is left alone.
    model = tf_keras.Model(inputs, layers.DepthwiseConv2D(3, padding="same", name="biased")(x))
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, 3, 1))
    kernel *= np.array([0.01, 1.0, 40.0]).reshape(1, 1, 3, 1) / np.abs(kernel).max((0, 1, 3), keepdims=True)
    model.get_layer("dw").set_weights([kernel])
    # The first channel's variance is far below epsilon once its kernel is.
    gamma, beta, mean = rng.uniform(0.5, 2, 3), rng.normal(size=3), rng.normal(size=3)
    model.get_layer("bn").set_weights([gamma, beta, mean, np.array([1e-5, 0.7, 900.0])])
    images = np.random.default_rng(1).normal(size=(2, 8, 8, 3)).astype("float32")
    before, biased = model(images, training=False).numpy(), model.get_layer("biased").get_weights()
    spread = equalize_depthwise(model)
    (kernel,) = model.get_layer("dw").get_weights()
    np.testing.assert_allclose(np.abs(kernel).max(axis=(0, 1, 3)), 1.0, rtol=1e-6)
    np.testing.assert_allclose(model(images, training=False).numpy(), before, rtol=1e-4, atol=1e-5)
    assert spread == {"dw": pytest.approx(4000, rel=1e-3)}
    assert all(map(np.array_equal, biased, model.get_layer("biased").get_weights()))
