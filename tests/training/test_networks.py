"""Networks that start from saved ones, and their optimizers."""

import keras
import numpy as np
import pytest

from dbdgan_tf.models import StudentConfig, TeacherConfig, build_student, build_teacher, save_network
from dbdgan_tf.models.weights.by_name import encoder_layer_names, weights_table
from dbdgan_tf.training.networks import compile_gan, freeze_encoder_norms, make_augmentation, make_student
from dbdgan_tf.training.optimizers import TwoRateAdam, make_optimizer
from dbdgan_tf.training.options import DataOptions, OptimizerOptions, StudentOptions
from tests.training import tiny_gan

SIZE = (32, 32)
NANO = "efficientnet_lite_nano"


def changed(table, other):
    """Names of the layers whose weights are not the same in both tables."""
    return {name for name in table if not all(map(np.array_equal, table[name], other[name]))}


def test_student_takes_the_encoder_of_its_teacher(tmp_path):
    config, path = TeacherConfig.light(encoder=NANO, image_size=SIZE), str(tmp_path / "teacher_best")
    teacher = build_teacher(config)
    save_network(path, teacher, config)
    student = make_student(StudentOptions(NANO, "mobile", path), SIZE)
    table = weights_table(student.network)
    shared = {name: arrays for name, arrays in table.items() if name.startswith(("stem_", "block"))}
    assert len(shared) > 10 and not changed(shared, weights_table(teacher))
    assert isinstance(student.config, StudentConfig) and student.config.image_size == SIZE
    with pytest.raises(ValueError, match="Received: 'efficientnet_lite_nano'. Allowed: 'efficientnet_lite0'"):
        make_student(StudentOptions("efficientnet_lite0", student_weights=path), SIZE)


def test_saved_student_goes_on_whole_at_the_size_of_the_run(tmp_path):
    config = StudentConfig(encoder=NANO, image_size=SIZE)
    network = build_student(config)
    save_network(tmp_path / "student", network, config)
    student = make_student(StudentOptions(student_weights=str(tmp_path / "student")), (64, 64))
    assert (student.config.encoder, student.config.image_size) == (NANO, (64, 64))
    assert not changed(weights_table(network), weights_table(student.network))


def test_frozen_norms_of_the_encoder_stay_while_those_of_the_decoder_learn():
    student = make_student(StudentOptions(NANO, "mobile"), SIZE).network
    freeze_encoder_norms(student, NANO)
    before = weights_table(student)
    student(np.random.default_rng(0).normal(1.0, 2.0, (4, *SIZE, 3)).astype("float32"), training=True)
    norms = {layer.name for layer in student.layers if type(layer).__name__ == "BatchNormalization"}
    of_encoder = {name for name in norms if name.startswith(("stem_", "block"))}
    assert len(of_encoder) > 5 and changed(before, weights_table(student)) == norms - of_encoder
    learning = {variable.path.split("/")[0] for variable in student.trainable_variables}
    assert not learning & of_encoder and {"stem_conv", "head_conv"} <= learning
    rest = before.keys() - encoder_layer_names(NANO)
    assert all(name.startswith(("decoder", "skip", "bottleneck", "head")) for name in rest)


def test_strength_of_the_augmentation_is_the_options():
    layer = make_augmentation(DataOptions(image_size=SIZE, augment_zoom=1.5, augment_shift=0.2), seed=3)
    assert (layer.config.zoom, layer.config.shift, layer.seed, layer.image_size) == (1.5, 0.2, 3, SIZE)


@pytest.mark.parametrize(
    ("start", "gradient", "rate", "decay", "expected"),
    [
        # The first step of Adam is the rate itself, whatever the gradient.
        (0.0, 3.0, 0.01, None, [-0.001, -0.001, -0.01, -0.01]),
        # Without a gradient only the decay moves: 2 - 2 x 0.2 x (0.1 x 0.5) and 2 - 2 x 0.2 x 0.5.
        (2.0, 0.0, 0.5, 0.2, [1.98, 2.0, 1.8, 2.0]),
    ],
)
def test_slow_layers_move_and_decay_by_their_share_and_biases_never_decay(
    start, gradient, rate, decay, expected
):
    layers = [keras.layers.Dense(1, name=name) for name in ("encoder", "decoder")]
    for layer in layers:
        layer.build((None, 1))
        layer.set_weights([np.full((1, 1), start), np.full(1, start)])
    variables = [variable for layer in layers for variable in layer.trainable_variables]
    optimizer = TwoRateAdam(["encoder"], 0.1, learning_rate=rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    optimizer.apply([keras.ops.full(variable.shape, gradient) for variable in variables])
    np.testing.assert_allclose([float(v.numpy().item()) for v in variables], expected, rtol=1e-4)


@pytest.mark.parametrize("movable", [False, True])
def test_the_rate_warms_up_and_falls_to_the_horizon_wherever_it_moves(movable):
    horizon = keras.Variable(110, dtype="int32", trainable=False) if movable else None
    options = OptimizerOptions(warmup_steps=10, final_lr_fraction=0.1)
    optimizer = make_optimizer(options, 1.0, 110, horizon=horizon)

    def rates(steps):
        return [float(optimizer._learning_rate(step)) for step in steps]

    expected = {0: 0.05, 5: 0.525, 10: 1.0, 60: 0.55, 110: 0.1, 500: 0.1}
    np.testing.assert_allclose(rates(expected), list(expected.values()), rtol=1e-5)
    if movable:
        horizon.assign(210)
        np.testing.assert_allclose(rates([110]), [0.55], rtol=1e-5)


def test_the_horizon_belongs_to_the_optimizers_state():
    gan = tiny_gan.make_gan()
    compile_gan(gan, OptimizerOptions(), 40)
    assert gan.optimizer.variables[-1] is gan.optimizer.horizon and int(gan.optimizer.horizon) == 40
