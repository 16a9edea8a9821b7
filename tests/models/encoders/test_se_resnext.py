import json

import keras
import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.encoders import build_encoder
from dbdgan_tf.models.encoders.se_resnext import block_names
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher

# The published networks have 27,559,896 and 48,955,416 parameters, of which 2,049,000 are the classifier's;
# Keras also counts the batch normalisations' statistics: two per channel of 34,112 and 68,928 channels.
PARAMETERS = {
    "se_resnext50": 27_559_896 - 2_049_000 + 2 * 34_112,
    "se_resnext101": 48_955_416 - 2_049_000 + 2 * 68_928,
}


@pytest.fixture(scope="module")
def encoder():
    images = keras.Input((64, 32, 3))
    return keras.Model(images, build_encoder("se_resnext50", images))


def test_taps_lie_at_strides_2_to_16(encoder):
    assert {name: tuple(tap.shape[1:]) for name, tap in encoder.output.items()} == {
        "s2": (32, 16, 256),
        "s4": (16, 8, 512),
        "s8": (8, 4, 1024),
        "s16": (4, 2, 2048),
    }


def test_every_tap_varies_and_is_not_negative(encoder):
    x = np.random.default_rng(0).normal(size=(1, 64, 32, 3)).astype("float32")
    for tap in encoder(x).values():
        values = ops.convert_to_numpy(tap)
        assert np.isfinite(values).all() and values.min() >= 0 and values.std() > 0


def test_parameter_counts_are_pinned(encoder):
    images = keras.Input((32, 32, 3))
    larger = keras.Model(images, build_encoder("se_resnext101", images))
    assert (encoder.count_params(), larger.count_params()) == tuple(PARAMETERS.values())


def test_blocks_are_named_by_stage():
    names = block_names("se_resnext101")
    assert len(names) == 3 + 4 + 23 + 3
    assert (names[0], names[3], names[-1]) == ("stage1_block1", "stage2_block1", "stage4_block3")


def test_stride_two_convolutions_pad_all_sides(encoder):
    for name in ("stem_pad", "stage2_block1_2_pad"):
        padding = encoder.get_layer(name).padding
        assert padding == (((3, 3), (3, 3)) if name == "stem_pad" else ((1, 1), (1, 1)))


def test_other_keras_modules_are_refused():
    with pytest.raises(ValueError, match="Received: json"):
        build_encoder("se_resnext50", None, keras_module=json)


def test_light_teacher_over_four_taps():
    teacher = build_teacher(TeacherConfig.light("se_resnext50", image_size=(32, 32)))
    assert teacher.get_layer("bottleneck").output.shape[1:] == (2, 2, 256 + 256 + 4 * 64)
    assert [teacher.get_layer(f"decoder_s{s}").output.shape[-1] for s in (16, 8, 4, 2)] == [96, 64, 48, 32]
    assert teacher.output_shape == (None, 32, 32, 1)
