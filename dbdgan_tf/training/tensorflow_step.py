"""One training step on TensorFlow."""

import keras
import tensorflow as tf


class TensorFlowStep:
    """Mixin: `train_step` with one tape; each loss is differentiated for its own network's variables only."""

    def train_step(self, data):
        """Updates every trained network on one batch and returns the running means of the terms."""
        batch = self.prepare(keras.utils.unpack_x_y_sample_weight(data)[0])
        probes, gradients = self.probes(batch), {}
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(probes)
            losses, terms = self.network_losses(batch, probes)
        for name, variables in self.variable_groups.items():
            found = tape.gradient(losses[name], [*variables, probes.get(name, ())])
            gradients[name] = found[: len(variables)]
            if name in probes:
                judged = tape.gradient(losses[f"{name}_adversarial"], probes[name])
                terms[f"adversarial_share_{name}"] = self.adversarial_share(found[-1], judged)
        del tape
        return self.update(gradients, terms)
