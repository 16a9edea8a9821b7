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

        def losses_of(values):
            outputs, new = _stateless(lambda: self.network_losses(batch), references[:2], (values, fixed))
            losses, terms = outputs
            return losses, (terms, new[1])

        losses, pullback, (terms, fixed) = jax.vjp(losses_of, trainable, has_aux=True)
        gradients = {name: self._pulled(pullback, losses, name, name) for name in self.variable_groups}
        values = trainable, fixed, moments, means
        return _stateless(lambda: self.update(gradients, terms), references, values)

    def gradients_of(self, batch, names, group):
        """As `TensorFlowStep`'s."""
        references = self.trainable_variables, self.non_trainable_variables
        trainable, fixed = ([variable.value for variable in variables] for variables in references)

        def losses_of(values):
            return _stateless(lambda: self.network_losses(batch)[0], references, (values, fixed))[0]

        losses, pullback = jax.vjp(losses_of, trainable)
        return [self._pulled(pullback, losses, name, group) for name in names]

    def _pulled(self, pullback, losses, name, group):
        (of_all,) = pullback({other: jnp.full_like(loss, other == name) for other, loss in losses.items()})
        position = {id(variable): index for index, variable in enumerate(self.trainable_variables)}
        return [of_all[position[id(variable)]] for variable in self.variable_groups[group]]


def _stateless(function, references, values):
    pairs = [pair for refs, vals in zip(references, values) for pair in zip(refs, vals)]
    with keras.StatelessScope(state_mapping=pairs) as scope:
        result = function()
    updated = []
    for refs, vals in zip(references, values):
        current = [scope.get_current_value(ref) for ref in refs]
        updated.append([old if new is None else new for new, old in zip(current, vals)])
    return result, tuple(updated)
