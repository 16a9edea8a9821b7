import keras
import numpy as np

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.weights.by_name import assign_weights, weights_table
from dbdgan_tf.models.weights.imagenet import ENCODER_PREFIXES


def test_equals_keras_applications(name="efficientnet_b3", size=(32, 64)):
    keras.utils.set_random_seed(1)
    function = getattr(keras.applications, f"EfficientNetB{name[-1]}")
    application = function(include_top=False, weights=None, input_shape=(*size, 3))
    table = weights_table(application)
    rng = np.random.default_rng(0)
    for layer, arrays in table.items():
        if layer.endswith("_bn"):
            gamma, beta, mean, variance = (rng.uniform(0.5, 1.5, a.shape).astype(np.float32) for a in arrays)
            table[layer] = [gamma, beta - 1, mean - 1, variance]
    assign_weights(application, table)

    inputs = keras.Input((*size, 3))
    model = keras.Model(inputs, build_encoder(name, inputs)["head"])
    unused = assign_weights(model, table, required=ENCODER_PREFIXES["efficientnet"])
    assert [name.split("_")[0] for name in unused] == ["normalization"]
    pixels = rng.uniform(0, 255, (2, *size, 3)).astype(np.float32)
    # With random weights its Normalization layer is an identity and 1/255 is all of its scaling.
    expected = application.predict(pixels, verbose=0)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(model.predict(pixels / 255, verbose=0), expected, atol=1e-4)


def test_taps():
    taps = build_encoder("efficientnet_b3", keras.Input((64, 96, 3)))
    assert [taps[f"first_s{s}"].shape[-1] for s in (2, 4, 8, 16)] == [24, 32, 48, 96]
    assert [taps[f"s{s}"].shape[1:] for s in (2, 4, 8, 16, 32)] == [
        (32, 48, 24),
        (16, 24, 32),
        (8, 12, 48),
        (4, 6, 136),
        (2, 3, 384),
    ]
    assert taps["head"].shape[1:] == (2, 3, 1536)
