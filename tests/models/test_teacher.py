import keras
import numpy as np
import pytest

from dbdgan_tf.models import STUDENT_TAPS
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher

TINY = TeacherConfig.light(
    "efficientnet_lite_nano", image_size=(64, 96), decoder_channels=(16, 16, 8, 8, 8), context_channels=16,
    aspp_intermediate_channels=8, aspp_growth_channels=4,
)  # fmt: skip
IMAGES = np.random.default_rng(0).normal(size=(2, 64, 96, 3)).astype("float32")


def test_map_is_a_probability_of_the_image_size_and_taps_have_their_strides():
    teacher = build_teacher(TINY)
    maps = np.asarray(teacher(IMAGES))
    assert maps.shape == (2, 64, 96, 1) and 0 < maps.min() < maps.max() < 1
    # The bottleneck has 16 channels of the non-local block, 16 + 4 * 4 of the DenseASPP.
    assert {name: teacher.get_layer(name).output.shape[1:] for name in STUDENT_TAPS} == {
        "bottleneck": (2, 3, 48), "decoder_s16": (4, 6, 16), "decoder_s8": (8, 12, 8),
        "decoder_s4": (16, 24, 8), "decoder_s2": (32, 48, 8), "logits": (64, 96, 1),
    }  # fmt: skip
    assert teacher.count_params() == 63_830
    assert build_teacher(TeacherConfig.light()).count_params() == 6_309_954


def test_a_step_of_training_changes_every_weight():
    teacher = build_teacher(TINY)
    teacher.get_layer("non_local").gamma.assign([0.1])
    before = teacher.get_weights()
    teacher.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", run_eagerly=True)
    assert np.isfinite(teacher.train_on_batch(IMAGES, np.ones((2, 64, 96, 1), "float32")))
    pairs = zip(teacher.weights, before, strict=True)
    unchanged = [weight.path for weight, old in pairs if np.array_equal(weight, old)]
    # Softmax ignores a shift of all scores of a row, so the key's bias has no gradient beyond rounding.
    assert [path for path in unchanged if not path.endswith(("key/bias", "seed_generator_state"))] == []


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
