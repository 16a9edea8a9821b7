"""One Adam per network, kept together so that Keras' trainers see a single optimizer."""

import math

import keras
from keras import ops


class OptimizerGroup:
    """Optimizers by name of their network, built for its trainable variables; and the run's last step.

    Keras' JAX trainer threads `optimizer.variables` through its step; this gives it those of every network.
    """

    built = True

    def __init__(self, optimizers, variables, horizon):
        self.optimizers = dict(optimizers)
        self.horizon = horizon
        for name, optimizer in self.optimizers.items():
            optimizer.build(variables[name])

    @property
    def variables(self):
        """The variables of every optimizer: steps, moments, averages; and the horizon."""
        return [variable for variables in self.state_groups.values() for variable in variables]

    @property
    def state_groups(self):
        """Dict of "optimizer_NAME" to that optimizer's variables, and the horizon."""
        groups = {f"optimizer_{name}": optimizer.variables for name, optimizer in self.optimizers.items()}
        return {**groups, "schedule": [self.horizon]}

    def averages(self, name):
        """Pairs (variable, its exponential moving average) of a network, or [] if it keeps none."""
        optimizer = self.optimizers[name]
        if not optimizer.use_ema:
            return []
        return list(zip(optimizer._trainable_variables, optimizer._model_variables_moving_average))

    def learning_rates(self):
        """The present learning rate of every network, as floats."""
        return {name: float(optimizer.learning_rate) for name, optimizer in self.optimizers.items()}


class CosineToHorizon(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up from a twentieth of the peak, and cosine decay to a step, a variable if it may move."""

    def __init__(self, peak, warmup, horizon, final_fraction):
        self.peak, self.warmup, self.horizon, self.final_fraction = peak, warmup, horizon, final_fraction

    def __call__(self, step):
        step = ops.cast(step, "float32")
        length = ops.maximum(ops.cast(self.horizon, "float32") - self.warmup, 1.0)
        done = ops.clip((step - self.warmup) / length, 0.0, 1.0)
        share = self.final_fraction + (1 - self.final_fraction) * 0.5 * (1 + ops.cos(math.pi * done))
        if self.warmup:
            share = ops.where(step < self.warmup, 0.05 + 0.95 * step / self.warmup, share)
        return self.peak * share


class TwoRateAdam(keras.optimizers.Adam):
    """Adam with decay, both at a share of the rate, 0..1, for some layers, as a pretrained encoder's."""

    def __init__(self, slow_layers=(), slow_fraction=1.0, **kwargs):
        super().__init__(**kwargs)
        self.slow_layers, self.slow_fraction = frozenset(slow_layers), slow_fraction

    def build(self, variables):
        super().build(variables)
        slow = [variable.path.split("/")[0] in self.slow_layers for variable in variables]
        self._fractions = [self.slow_fraction if is_slow else 1.0 for is_slow in slow]
        self._decays = [bool(self.weight_decay) and self._use_weight_decay(v) for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        rate = learning_rate * self._fractions[index]
        if self._decays[index]:
            share = ops.cast(self.weight_decay * rate, variable.dtype)
            self.assign_sub(variable, variable * share)
        super().update_step(gradient, variable, rate)

    def _apply_weight_decay(self, variables):
        """Done in `update_step`: Keras would build the learning rate's graph anew for every variable."""


def make_optimizer(options, learning_rate, horizon, *, adversary=False, slow_layers=()):
    """Adam with warm-up, cosine decay and gradient clipping, as a `keras.optimizers.Optimizer`.

    Args:
        options: An `OptimizerOptions`.
        learning_rate: Peak learning rate. Discriminators get another one than generators (two time scales,
            Heusel et al., NeurIPS 2017).
        horizon: Last step of the run, or a variable of it: the rate has `options.final_lr_fraction` then.
        adversary: Whether it is for a discriminator: with a lower beta_1, without decay and averaged weights.
        slow_layers: Names of the layers that learn at `options.encoder_lr_fraction` of the rate.
    """
    use_ema = not adversary and options.ema_momentum > 0
    warmup = min(options.warmup_steps, max(int(horizon) - 1, 0))
    optimizer = TwoRateAdam(
        slow_layers, options.encoder_lr_fraction, beta_1=0.5 if adversary else 0.9,
        learning_rate=CosineToHorizon(learning_rate, warmup, horizon, options.final_lr_fraction),
        weight_decay=None if adversary else options.weight_decay or None,
        global_clipnorm=options.clip_norm or None, use_ema=use_ema,
        ema_momentum=options.ema_momentum if use_ema else 0.99, ema_overwrite_frequency=None,
    )  # fmt: skip
    if optimizer.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
