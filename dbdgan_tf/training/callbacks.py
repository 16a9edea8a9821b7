"""What happens around the steps of a run: guards, validation, checkpoints, logs."""

import time

import keras
import numpy as np
from keras import ops

from dbdgan_tf.models.serialization import save_network
from dbdgan_tf.training.checkpoint import save_checkpoint
from dbdgan_tf.training.distribution import from_first, is_first, say
from dbdgan_tf.training.validation import figure_names, validate_network


class NonFiniteLossError(FloatingPointError):
    """A loss term became NaN or infinite."""


def check_finite(terms, where, rates):
    """Raises a `NonFiniteLossError` that names the terms which are not finite."""
    bad = sorted(name for name, value in terms.items() if not np.isfinite(value))
    if bad:
        raise NonFiniteLossError(
            f"Loss terms are not finite at {where}. Received: {', '.join(bad)}. "
            f"The last checkpoint is intact; try a lower {rates}."
        )


class NonFiniteGuard(keras.callbacks.Callback):
    """Stops a run whose terms are not finite; looks every so many steps, as each would hold up a fast GPU."""

    def __init__(self, every=1):
        super().__init__()
        self.every = every

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.every == 0:
            self._check(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._check(self.params["steps"] - 1, logs)

    def _check(self, batch, logs):
        where = f"step {int(self.model.step)} (batch {batch} of the epoch)"
        check_finite(logs or {}, where, "--generator_lr or --discriminator_lr")


class EpochSeed(keras.callbacks.Callback):
    """Tells the data set which epoch it is in, for a resumed run to see the same; logs what was drawn."""

    def __init__(self, dataset):
        super().__init__()
        self.dataset = dataset

    def on_epoch_begin(self, epoch, logs=None):
        self.dataset.set_epoch(epoch)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            self.dataset.set_epoch(epoch)  # Keras has moved it on.
            logs.update(self.dataset.drawn())


def copy_averaged_weights(gan, name, network):
    """Fills a second instance of `gan`'s "student" or "teacher" with the averages of the one that trains."""
    # Before the first step the averages are still zeros. Batch statistics have none, being averages.
    pairs = gan.optimizer.averages(name) if int(gan.step) else ()
    averages = {id(variable): average for variable, average in pairs}
    for target, source in zip(network.weights, getattr(gan, name).weights):
        # A copy, because JAX frees the buffers of training variables that it gives to the next step; by way
        # of NumPy, as the networks need not be on the same devices.
        target.assign(np.array(ops.convert_to_numpy(averages.get(id(source), source))))


class Validator(keras.callbacks.Callback):
    """Validates and saves averaged networks (pairs with configs); writes the checkpoint to resume from."""

    def __init__(self, networks, held_out, folder, progress, metadata, every=1):
        super().__init__()
        self.networks, self.held_out, self.folder = networks, held_out, folder
        self.progress, self.metadata, self.every = progress, metadata, every

    def on_epoch_end(self, epoch, logs=None):
        self.progress["epoch"] = epoch + 1
        if not is_first():
            return
        is_last = epoch + 1 == self.params["epochs"] or getattr(self.model, "stop_training", False)
        if (epoch + 1) % self.every and not is_last:
            # The CSV log takes its columns from the first epoch.
            names = figure_names(self.held_out) if self.held_out else ()
            logs.update({f"val_{one}_{name}": float("nan") for one in self.networks for name in names})
            return
        for name, (network, config) in self.networks.items():
            copy_averaged_weights(self.model, name, network)
            figures = validate_network(network, config, self.held_out) if self.held_out else {}
            logs.update({f"val_{name}_{key}": value for key, value in figures.items()})
            self._save(name, network, config, epoch, figures)
        save_checkpoint(self.folder, self.model, self.progress)

    def _save(self, name, network, config, epoch, figures):
        metadata = {**self.metadata, "epoch": epoch + 1, "validation": figures}
        if "seconds" in self.progress:
            metadata["seconds"] = round(self.progress["seconds"], 1)
        save_network(self.folder / f"{name}_last", network, config, metadata)
        score = figures.get("selection", 0.0)
        if score >= self.progress["best"].get(name, float("-inf")):
            self.progress["best"][name] = score
            save_network(self.folder / f"{name}_best", network, config, metadata)


class EpochTimes(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.begins = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begins.append(time.monotonic())

    def on_train_batch_end(self, batch, logs=None):
        # The first step of a process compiles, with JAX for minutes, which says nothing of other epochs.
        if batch == 0 and len(self.begins) == 1 and self.params["steps"] > 1:
            self.begins[0] = time.monotonic()

    def durations(self, now):
        """Seconds of this epoch without its validation, still to come, and of the last one with it, or 0."""
        before = self.begins[-1] - self.begins[-2] if len(self.begins) > 1 else 0.0
        return now - self.begins[-1], before


class TimeLimit(EpochTimes):
    """Ends training after the epoch that the next could not follow within minutes of a monotonic time."""

    def __init__(self, minutes, start):
        super().__init__()
        self.seconds, self.start = minutes * 60, start

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        if from_first(now - self.start + max(self.durations(now)) > self.seconds):
            say(f"Stopping after epoch {epoch + 1}: the next one would pass the time limit.")
            self.model.stop_training = True


class TimedSchedule(EpochTimes):
    """Ends a run after a number of minutes, and moves its horizon to the step it will have reached then."""

    def __init__(self, minutes, progress):
        super().__init__()
        self.seconds, self.progress = minutes * 60, progress

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.before = self.progress.get("seconds", 0.0)
        self.start = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        spent = self.before + now - self.start
        self.progress["seconds"] = spent
        this, last = self.durations(now)
        # From the third epoch on the last one tells what an epoch takes with its validation.
        left, duration = from_first([self.seconds - spent, last if len(self.begins) > 2 else this])
        steps = max(left, 0.0) / duration * self.params["steps"]
        self.model.optimizer.horizon.assign(int(self.model.step) + round(steps))
        if left < duration / 2:  # too little for another epoch
            say(f"The run has had its {self.seconds / 60:g} minutes, after epoch {epoch + 1}.")
            self.progress["finished_minutes"] = self.seconds / 60
            self.model.stop_training = True


class TensorBoardLog(keras.callbacks.Callback):
    """Writes figures, learning rates and a grid of maps; drops what a killed run logged from an epoch on."""

    def __init__(self, folder, networks, held_out, first_epoch=0):
        super().__init__()
        from tensorboardX import SummaryWriter

        purge = first_epoch + 1 if first_epoch else None
        self.writer = SummaryWriter(str(folder), purge_step=purge) if is_first() else None
        self.networks, self.held_out = networks, held_out

    def on_epoch_end(self, epoch, logs=None):
        # Of variables that several processes share, so that all of them compute it.
        rates = {f"rate/{name}": rate for name, rate in self.model.optimizer.learning_rates().items()}
        if self.writer is None:
            return
        for name, value in {**(logs or {}), **rates}.items():
            if not np.isnan(value):  # a figure that this epoch has not
                self.writer.add_scalar(name.replace("val_", "validation/", 1), float(value), epoch + 1)
        if self.held_out is not None:
            self.writer.add_image("validation/maps", self._grid(), epoch + 1, dataformats="HWC")
        self.writer.flush()

    def on_train_end(self, logs=None):
        if self.writer is not None:
            self.writer.close()

    def _grid(self):
        batch = next(iter(self.held_out.sources.values()))[0]
        columns = [batch["images"], _grey(batch["segmentation_masks"])]
        for _, (network, config) in sorted(self.networks.items(), reverse=True):
            scaled = config.input_scaling.apply(batch["images"].astype("float32"))
            columns.append(_grey(network.predict_on_batch(scaled)))
        return np.concatenate(list(np.concatenate(columns, axis=2)), axis=0)


def _grey(maps):
    return np.repeat((np.asarray(maps) * 255).astype(np.uint8), 3, axis=-1)
