"""Networks that start from saved ones."""

import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, TeacherConfig, build_student, build_teacher, save_network
from dbdgan_tf.models.weights.by_name import weights_table
from dbdgan_tf.training.networks import freeze_encoder_norms, make_augmentation, make_student
from dbdgan_tf.training.options import DataOptions, StudentOptions

SIZE = (32, 32)
OPTIONS = {"student_encoder": "efficientnet_lite_nano", "student_decoder": "mobile"}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A saved teacher: its path and its weights."""
    config = TeacherConfig.light(encoder="efficientnet_lite_nano", image_size=SIZE)
    network = build_teacher(config)
    path = tmp_path_factory.mktemp("teacher") / "teacher_best"
    save_network(path, network, config)
    return str(path), weights_table(network)


def test_student_takes_the_encoder_of_its_teacher(teacher):
    path, expected = teacher
    student = make_student(StudentOptions(student_weights=path, **OPTIONS), SIZE)
    received = weights_table(student.network)
    shared = [name for name in received if name.startswith(("stem_", "block"))]
    assert len(shared) > 10
    for name in shared:
        for one, other in zip(received[name], expected[name], strict=True):
            np.testing.assert_array_equal(one, other)
    assert isinstance(student.config, StudentConfig)
    assert student.config.image_size == SIZE


def test_student_of_another_encoder_is_refused(teacher):
    options = StudentOptions(student_encoder="efficientnet_lite0", student_weights=teacher[0])
    with pytest.raises(ValueError, match="Received: 'efficientnet_lite_nano'. Allowed: 'efficientnet_lite0'"):
        make_student(options, SIZE)


def test_saved_student_goes_on_whole_at_the_size_of_the_run(tmp_path):
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=SIZE)
    network = build_student(config)
    save_network(tmp_path / "student", network, config)
    student = make_student(StudentOptions(student_weights=str(tmp_path / "student")), (64, 64))
    assert student.config.encoder == "efficientnet_lite_nano"
    assert student.config.image_size == (64, 64)
    expected, received = weights_table(network), weights_table(student.network)
    assert all(
        np.array_equal(one, other)
        for name in expected
        for one, other in zip(expected[name], received[name], strict=True)
    )


def test_frozen_norms_of_the_encoder_stay_while_those_of_the_decoder_learn():
    student = make_student(StudentOptions(**OPTIONS), SIZE).network
    freeze_encoder_norms(student, "efficientnet_lite_nano")
    before = weights_table(student)
    photos = np.random.default_rng(0).normal(1.0, 2.0, (4, *SIZE, 3)).astype("float32")
    student(photos, training=True)
    after = weights_table(student)
    moved = {
        name
        for name in after
        if any(not np.array_equal(*pair) for pair in zip(after[name], before[name], strict=True))
    }
    norms = {layer.name for layer in student.layers if type(layer).__name__ == "BatchNormalization"}
    of_encoder = {name for name in norms if name.startswith(("stem_", "block"))}
    assert len(of_encoder) > 5 and moved == norms - of_encoder
    learning = {variable.path.split("/")[0] for variable in student.trainable_variables}
    assert not learning & of_encoder and {"stem_conv", "head_conv"} <= learning


def test_strength_of_the_augmentation_is_the_options():
    layer = make_augmentation(DataOptions(image_size=SIZE, augment_zoom=1.5, augment_shift=0.2), seed=3)
    assert (layer.config.zoom, layer.config.shift, layer.seed) == (1.5, 0.2, 3)
    assert layer.image_size == SIZE
