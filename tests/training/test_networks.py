"""Networks that start from saved ones."""

import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, TeacherConfig, build_student, build_teacher, save_network
from dbdgan_tf.models.weights.by_name import encoder_layer_names, weights_table
from dbdgan_tf.training.networks import freeze_encoder_norms, make_augmentation, make_student
from dbdgan_tf.training.options import DataOptions, StudentOptions

SIZE = (32, 32)
NANO = "efficientnet_lite_nano"
OPTIONS = {"student_encoder": NANO, "student_decoder": "mobile"}


def changed(table, other):
    """Names of the layers whose weights are not the same in both tables."""
    return {name for name in table if not all(map(np.array_equal, table[name], other[name]))}


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    """A saved teacher: its path and its weights."""
    config = TeacherConfig.light(encoder=NANO, image_size=SIZE)
    network = build_teacher(config)
    path = tmp_path_factory.mktemp("teacher") / "teacher_best"
    save_network(path, network, config)
    return str(path), weights_table(network)


def test_student_takes_the_encoder_of_its_teacher(teacher):
    path, expected = teacher
    student = make_student(StudentOptions(student_weights=path, **OPTIONS), SIZE)
    received = weights_table(student.network)
    shared = {name for name in received if name.startswith(("stem_", "block"))}
    assert len(shared) > 10 and not changed({name: received[name] for name in shared}, expected)
    assert isinstance(student.config, StudentConfig) and student.config.image_size == SIZE


def test_student_of_another_encoder_is_refused(teacher):
    options = StudentOptions(student_encoder="efficientnet_lite0", student_weights=teacher[0])
    with pytest.raises(ValueError, match="Received: 'efficientnet_lite_nano'. Allowed: 'efficientnet_lite0'"):
        make_student(options, SIZE)


def test_saved_student_goes_on_whole_at_the_size_of_the_run(tmp_path):
    config = StudentConfig(encoder=NANO, image_size=SIZE)
    network = build_student(config)
    save_network(tmp_path / "student", network, config)
    student = make_student(StudentOptions(student_weights=str(tmp_path / "student")), (64, 64))
    assert (student.config.encoder, student.config.image_size) == (NANO, (64, 64))
    assert not changed(weights_table(network), weights_table(student.network))


def test_frozen_norms_of_the_encoder_stay_while_those_of_the_decoder_learn():
    student = make_student(StudentOptions(**OPTIONS), SIZE).network
    freeze_encoder_norms(student, NANO)
    before = weights_table(student)
    student(np.random.default_rng(0).normal(1.0, 2.0, (4, *SIZE, 3)).astype("float32"), training=True)
    norms = {layer.name for layer in student.layers if type(layer).__name__ == "BatchNormalization"}
    of_encoder = {name for name in norms if name.startswith(("stem_", "block"))}
    assert len(of_encoder) > 5 and changed(before, weights_table(student)) == norms - of_encoder
    learning = {variable.path.split("/")[0] for variable in student.trainable_variables}
    assert not learning & of_encoder and {"stem_conv", "head_conv"} <= learning


def test_encoder_layers_are_those_of_the_student():
    student, names = build_student(encoder=NANO, image_size=SIZE), encoder_layer_names(NANO)
    own = {layer.name for layer in student.layers if layer.weights}
    assert names <= own | {"top_conv", "top_bn"}
    assert all(name.startswith(("decoder", "skip", "bottleneck", "head")) for name in own - names)
    assert {variable.path.split("/")[0] for variable in student.trainable_variables} == own


def test_strength_of_the_augmentation_is_the_options():
    layer = make_augmentation(DataOptions(image_size=SIZE, augment_zoom=1.5, augment_shift=0.2), seed=3)
    assert (layer.config.zoom, layer.config.shift, layer.seed) == (1.5, 0.2, 3)
    assert layer.image_size == SIZE
