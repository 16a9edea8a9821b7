import keras
import pytest

from dbdgan_tf.models.encoders import ENCODERS, build_encoder, encoder_spec
from dbdgan_tf.models.encoders.applications import APPLICATIONS


def test_unknown_name_lists_the_allowed_ones():
    with pytest.raises(ValueError, match="Received: 'vgg'. Allowed: .*'efficientnet_lite2'"):
        encoder_spec("vgg")


def test_specs():
    assert all(name == spec.name for name, spec in ENCODERS.items())
    families = {name for name, spec in ENCODERS.items() if spec.family == "applications"}
    assert families == set(APPLICATIONS)


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
def test_application_taps_have_their_strides(name):
    inputs = keras.Input((64, 96, 3))
    taps = build_encoder(name, inputs)
    strides = {key: (64 // tap.shape[1], 96 // tap.shape[2]) for key, tap in taps.items()}
    # VGG16 ends with the convolutions of its fifth block.
    assert strides == {f"s{s}": (s, s) for s in (2, 4, 8, 16, 32)[: 4 if name == "vgg16" else 5]}
    model = keras.Model(inputs, list(taps.values()))
    kinds = {type(layer).__name__ for layer in model.layers}
    assert not kinds & {"Rescaling", "Normalization"}
