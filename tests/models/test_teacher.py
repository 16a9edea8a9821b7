import json

import keras
import numpy as np
import pytest
from keras import ops

from dbdgan_tf.models.serialization import load_network, save_network
from dbdgan_tf.models.teacher import TEACHER_TAPS, TeacherConfig, build_teacher

TINY = TeacherConfig.light(
    "efficientnet_lite_nano", image_size=(64, 96), decoder_channels=(16, 16, 8, 8, 8), context_channels=16,
    aspp_intermediate_channels=8, aspp_growth_channels=4,
)  # fmt: skip


def images(count=2):
    return np.random.default_rng(0).normal(size=(count, 64, 96, 3)).astype("float32")


def test_map_is_a_probability_of_the_image_size_and_taps_have_their_strides():
    teacher = build_teacher(TINY)
    both = keras.Model(teacher.input, [teacher.get_layer("logits").output, teacher.output])
    logits, maps = (ops.convert_to_numpy(each) for each in both(images()))
    np.testing.assert_allclose(maps, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    assert maps.shape == (2, 64, 96, 1)
    assert 0 < maps.min() < maps.max() < 1
    # The bottleneck has 16 channels of the non-local block, 16 + 4 * 4 of the DenseASPP.
    assert {name: teacher.get_layer(name).output.shape[1:] for name in TEACHER_TAPS} == {
        "bottleneck": (2, 3, 48), "decoder_s16": (4, 6, 16), "decoder_s8": (8, 12, 8),
        "decoder_s4": (16, 24, 8), "decoder_s2": (32, 48, 8), "logits": (64, 96, 1),
    }  # fmt: skip


def test_parameter_counts_are_pinned():
    assert build_teacher(TINY).count_params() == 63_830
    assert build_teacher(TeacherConfig.light()).count_params() == 6_309_954


def test_step_of_training_changes_every_own_layer():
    teacher = build_teacher(TINY)
    teacher.get_layer("non_local").gamma.assign([0.1])
    before = {layer.name: layer.get_weights() for layer in teacher.layers if layer.weights}
    teacher.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", run_eagerly=True)
    loss = teacher.train_on_batch(images(), np.ones((2, 64, 96, 1), "float32"))
    assert np.isfinite(loss)
    unchanged = [
        name
        for name, old in before.items()
        if all(np.array_equal(a, b) for a, b in zip(teacher.get_layer(name).get_weights(), old, strict=True))
    ]
    assert unchanged == []


def test_saves_and_loads(tmp_path):
    teacher = build_teacher(TINY)
    save_network(tmp_path / "teacher", teacher, TINY, {"note": 1})
    reloaded, config = load_network(tmp_path / "teacher")
    assert config == TINY
    again = build_teacher(TINY, weights=tmp_path / "teacher")
    expected, *found = (network.get_weights() for network in (teacher, reloaded, again))
    assert all(all(map(np.array_equal, arrays, expected)) for arrays in found)


def test_config_round_trips_through_json():
    assert TeacherConfig.from_dict(json.loads(json.dumps(TINY.to_dict()))) == TINY
    older = {**TINY.to_dict(), "separable": False, "non_local_subsample": 1}
    assert TeacherConfig.from_dict(older) == TINY
    with pytest.raises(ValueError, match=r"Received: \['separable'\]"):
        TeacherConfig.from_dict({**older, "separable": True})
    assert TINY.input_scaling.mean == (127.0, 127.0, 127.0)
    assert TeacherConfig(scaling="unit").input_scaling.std == (255.0, 255.0, 255.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_size": (64, 100)}, r"image_size.*Received: \(64, 100\).*32"),
        ({"decoder_channels": (8, 8)}, r"decoder_channels.*Received: \(8, 8\).*at least 5"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        build_teacher(TINY, **options)
