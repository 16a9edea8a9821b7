import keras
import numpy as np
import pytest

from dbdgan_tf.models.weights.by_name import encoder_layer_names
from dbdgan_tf.training.optimizers import TwoRateAdam, make_optimizer
from dbdgan_tf.training.options import OptimizerOptions


def test_layers_named_slow_move_by_their_share():
    layers = [keras.layers.Dense(1, name=name) for name in ("encoder", "decoder")]
    for layer in layers:
        layer.build((None, 1))
    variables = [layer.kernel for layer in layers]
    before = [float(variable.numpy().item()) for variable in variables]
    optimizer = TwoRateAdam(slow_layers=["encoder"], slow_fraction=0.1, learning_rate=0.01)
    optimizer.build(variables)
    optimizer.apply([keras.ops.convert_to_tensor([[3.0]])] * 2)
    moved = [old - float(new.numpy().item()) for old, new in zip(before, variables)]
    # The first step of Adam is the rate itself, whatever the gradient.
    np.testing.assert_allclose(moved, [0.001, 0.01], rtol=1e-4)


def test_config_round_trips():
    optimizer = TwoRateAdam(slow_layers=["b", "a"], slow_fraction=0.5)
    again = TwoRateAdam.from_config(optimizer.get_config())
    assert (again.slow_layers, again.slow_fraction) == (frozenset("ab"), 0.5)


@pytest.mark.parametrize("encoder", ["efficientnet_lite_nano"])
def test_encoder_layers_are_those_of_the_student(encoder):
    from dbdgan_tf.models import build_student

    student = build_student(encoder=encoder, image_size=(32, 32))
    names = encoder_layer_names(encoder)
    own = {layer.name for layer in student.layers if layer.weights}
    assert names <= own | {"top_conv", "top_bn"}
    assert all(name.startswith(("decoder", "skip", "bottleneck", "head")) for name in own - names)
    assert {variable.path.split("/")[0] for variable in student.trainable_variables} == own


def test_decay_follows_a_slow_layers_rate_and_spares_biases():
    layers = [keras.layers.Dense(1, name=name) for name in ("encoder", "decoder")]
    for layer in layers:
        layer.build((None, 1))
        layer.set_weights([np.full((1, 1), 2.0, "float32"), np.full(1, 2.0, "float32")])
    variables = [variable for layer in layers for variable in layer.trainable_variables]
    optimizer = TwoRateAdam(slow_layers=["encoder"], slow_fraction=0.1, learning_rate=0.5, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    optimizer.apply([keras.ops.zeros(variable.shape) for variable in variables])
    # Without a gradient only the decay moves: 2 - 2 x 0.2 x (0.1 x 0.5) and 2 - 2 x 0.2 x 0.5.
    np.testing.assert_allclose([float(v.numpy().item()) for v in variables], [1.98, 2.0, 1.8, 2.0], rtol=1e-6)


def test_the_rate_warms_up_and_falls_to_the_horizon():
    options = OptimizerOptions(warmup_steps=10, final_lr_fraction=0.1)
    rates = make_optimizer(options, 1.0, 110)._learning_rate
    expected = {0: 0.05, 5: 0.525, 10: 1.0, 60: 0.55, 110: 0.1, 500: 0.1}
    np.testing.assert_allclose([float(rates(step)) for step in expected], list(expected.values()), rtol=1e-5)
