"""Networks with the averaged weights of a run: these are validated, saved and exported."""

from keras import ops


def copy_averaged_weights(gan, name, network):
    """Fills a network of the same graph with the averaged weights of one that trains.

    Batch statistics are averages already and are copied as they are.

    Args:
        gan: A compiled `DistillationGAN`.
        name: "student" or "teacher".
        network: A second instance of that network.
    """
    averages = {id(variable): average for variable, average in gan.optimizer.averages(name)}
    # Before the first step the averages are still zeros.
    started = int(gan.step) > 0
    for target, source in zip(network.weights, getattr(gan, name).weights):
        average = averages.get(id(source)) if started else None
        # A copy, because JAX frees the buffers of training variables that it gives to the next step.
        target.assign(ops.copy(source if average is None else ops.cast(average, target.dtype)))
