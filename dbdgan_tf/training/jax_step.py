"""One training step on JAX, stateless."""

import jax
import keras
from jax import numpy as jnp


class JaxStep:
    """Mixin: `train_step` from state to state with one vector-Jacobian product per network."""

    def train_step(self, state, data):
        """As `TensorFlowStep`'s, on values of trainable, other, optimizer and metrics variables."""
        batch = keras.utils.unpack_x_y_sample_weight(data)[0]
        references = self.trainable_variables, self.non_trainable_variables
        references += self.optimizer.variables, self.metrics_variables
        batch, (trainable, fixed, moments, means) = _stateless(lambda: self.prepare(batch), references, state)

        probes, gradients = self.probes(batch), {}

        def losses_of(values, probes):
            outputs, new = _stateless(
                lambda: self.network_losses(batch, probes), references[:2], (values, fixed)
            )
            losses, terms = outputs
            return losses, (terms, new[1])

        losses, pullback, (terms, fixed) = jax.vjp(losses_of, trainable, probes, has_aux=True)
        for name, variables in self.variable_groups.items():
            of_all, of_maps = _of_one(pullback, losses, name)
            position = {id(variable): index for index, variable in enumerate(self.trainable_variables)}
            gradients[name] = [of_all[position[id(variable)]] for variable in variables]
            if name in probes:
                _, judged = _of_one(pullback, losses, f"{name}_adversarial")
                share = self.adversarial_share(of_maps[name], judged[name])
                terms[f"adversarial_share_{name}"] = share
        values = trainable, fixed, moments, means
        return _stateless(lambda: self.update(gradients, terms), references, values)


def _of_one(pullback, losses, name):
    return pullback({other: jnp.full_like(loss, other == name) for other, loss in losses.items()})


def _stateless(function, references, values):
    pairs = [pair for refs, vals in zip(references, values) for pair in zip(refs, vals)]
    with keras.StatelessScope(state_mapping=pairs) as scope:
        result = function()
    updated = []
    for refs, vals in zip(references, values):
        current = [scope.get_current_value(ref) for ref in refs]
        updated.append([old if new is None else new for new, old in zip(current, vals)])
    return result, tuple(updated)
