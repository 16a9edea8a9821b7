"""One training step on TensorFlow."""

import keras
import tensorflow as tf


class TensorFlowStep:
    """Mixin: `train_step` with one tape; each loss is differentiated for its own network's variables only."""

    def train_step(self, data):
        """Updates every trained network on one batch and returns the running means of the terms."""
        batch = self.prepare(keras.utils.unpack_x_y_sample_weight(data)[0])
        with tf.GradientTape(persistent=True) as tape:
            losses, terms = self.network_losses(batch)
        groups = self.variable_groups
        gradients = {name: tape.gradient(losses[name], groups[name]) for name in groups}
        del tape
        return self.update(gradients, terms)

    def gradients_of(self, batch, names, group):
        """Gradients of some of `network_losses` for the variables of one group; changes nothing."""
        variables = self.variable_groups[group]
        with keras.StatelessScope(), tf.GradientTape(persistent=True) as tape:
            values, _ = self.network_losses(batch)
        found = [tape.gradient(values[name], variables) for name in names]
        # What a loss does not reach, such as adapters from the judges, has no gradient.
        return [[tf.zeros(v.shape) if g is None else g for g, v in zip(one, variables)] for one in found]
