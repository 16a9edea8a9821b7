import keras
import numpy as np
import pytest

from dbdgan_tf.training import networks
from dbdgan_tf.training.optimizers import TwoRateAdam, make_optimizer
from dbdgan_tf.training.options import OptimizerOptions


def dense_layers(value):
    """The layers "encoder" and "decoder", of one weight and one bias each."""
    layers = [keras.layers.Dense(1, name=name) for name in ("encoder", "decoder")]
    for layer in layers:
        layer.build((None, 1))
        layer.set_weights([np.full((1, 1), value, "float32"), np.full(1, value, "float32")])
    return layers


def test_layers_named_slow_move_by_their_share():
    variables = [layer.kernel for layer in dense_layers(0.0)]
    optimizer = TwoRateAdam(slow_layers=["encoder"], slow_fraction=0.1, learning_rate=0.01)
    optimizer.build(variables)
    optimizer.apply([keras.ops.convert_to_tensor([[3.0]])] * 2)
    # The first step of Adam is the rate itself, whatever the gradient.
    np.testing.assert_allclose([v.numpy().item() for v in variables], [-0.001, -0.01], rtol=1e-4)
    again = TwoRateAdam.from_config(optimizer.get_config())
    assert (again.slow_layers, again.slow_fraction) == (frozenset(["encoder"]), 0.1)


def test_decay_follows_a_slow_layers_rate_and_spares_biases():
    variables = [variable for layer in dense_layers(2.0) for variable in layer.trainable_variables]
    optimizer = TwoRateAdam(slow_layers=["encoder"], slow_fraction=0.1, learning_rate=0.5, weight_decay=0.2)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    optimizer.apply([keras.ops.zeros(variable.shape) for variable in variables])
    # Without a gradient only the decay moves: 2 - 2 x 0.2 x (0.1 x 0.5) and 2 - 2 x 0.2 x 0.5.
    np.testing.assert_allclose([float(v.numpy().item()) for v in variables], [1.98, 2.0, 1.8, 2.0], rtol=1e-6)


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


def test_the_horizon_belongs_to_the_optimizers_state(tiny):
    gan = tiny["make_gan"]()
    before = len(gan.optimizer.variables)
    networks.compile_gan(gan, OptimizerOptions(), 40)
    assert len(gan.optimizer.variables) == before + 1
    assert gan.optimizer.variables[-1] is gan.optimizer.horizon
    assert int(gan.optimizer.horizon) == 40
