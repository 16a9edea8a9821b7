"""One training step on TensorFlow."""

import keras
import tensorflow as tf


class TensorFlowStep:
    """Mixin: `train_step` with one persistent gradient tape.

    Every network is called once; each loss is differentiated for its own network's variables only.
    """

    def train_step(self, data):
        """Updates every trained network on one batch and returns the running means of the terms."""
        batch, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        batch = self.prepare(batch)
        groups = self.variable_groups
        with tf.GradientTape(persistent=True) as tape:
            losses, terms = self.network_losses(batch)
        gradients = {name: tape.gradient(losses[name], groups[name]) for name in groups}
        del tape
        for name, variables in groups.items():
            self.optimizer.apply(name, gradients[name], variables)
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return {name: tracker.result() for name, tracker in self.trackers.items()}
