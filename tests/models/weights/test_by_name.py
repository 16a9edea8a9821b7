import keras
import numpy as np
import pytest

from dbdgan_tf.models.weights.by_name import assign_weights, copy_weights, weights_table


def small(name="a", units=3, extra=False):
    inputs = keras.Input((4,))
    x = keras.layers.Dense(units, name=name)(inputs)
    x = keras.layers.BatchNormalization(name="bn")(x)
    return keras.Model(inputs, keras.layers.Dense(1, name="last")(x) if extra else x)


def test_copy_equals():
    source, target = small(), small()
    copy_weights(source, target)
    x = np.ones((2, 4), np.float32)
    np.testing.assert_array_equal(source.predict(x, verbose=0), target.predict(x, verbose=0))


def test_missing_and_unused_are_errors():
    with pytest.raises(ValueError, match="no weights in the source. Received: none for ..b.."):
        copy_weights(small("a"), small("b"))
    with pytest.raises(ValueError, match="no layer for 1"):
        copy_weights(small(extra=True), small())


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="layer 'a' have other shapes"):
        copy_weights(small(units=2), small(units=3))


def test_required_prefixes():
    target = small(extra=True)
    before = weights_table(target)["last"]
    table = {**weights_table(small()), "other": []}
    assert assign_weights(target, table, required=("a", "bn")) == ["other"]
    np.testing.assert_array_equal(target.get_layer("a").get_weights()[0], table["a"][0])
    np.testing.assert_array_equal(target.get_layer("last").get_weights()[0], before[0])
