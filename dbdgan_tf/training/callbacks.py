"""What happens around the steps of a run: guards, validation, checkpoints, logs."""

import time

import keras
import numpy as np

from dbdgan_tf.models.serialization import save_network
from dbdgan_tf.training.averaged_weights import copy_averaged_weights
from dbdgan_tf.training.checkpoint import save_checkpoint
from dbdgan_tf.training.validation import figure_names, validate_network


class NonFiniteLossError(FloatingPointError):
    """A loss term became NaN or infinite."""


class NonFiniteGuard(keras.callbacks.Callback):
    """Stops the run at the first step whose terms are not finite.

    Args:
        every: Steps between looks; 1 names the step exactly, more keeps a fast GPU busy.
    """

    def __init__(self, every=1):
        super().__init__()
        self.every = every

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.every == 0:
            self._check(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        self._check(self.params["steps"] - 1, logs)

    def _check(self, batch, logs):
        bad = [name for name, value in (logs or {}).items() if not np.isfinite(value)]
        if bad:
            raise NonFiniteLossError(
                f"Loss terms are not finite at step {int(self.model.step)} (batch {batch} of the epoch). "
                f"Received: {', '.join(sorted(bad))}. "
                "The last checkpoint is intact; try a lower --generator_lr or --discriminator_lr."
            )


class EpochSeed(keras.callbacks.Callback):
    """Tells the data set which epoch it is in, for a resumed run to see the same; logs what was drawn."""

    def __init__(self, dataset):
        super().__init__()
        self.dataset = dataset

    def on_epoch_begin(self, epoch, logs=None):
        self.dataset.set_epoch(epoch)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs.update(self.dataset.drawn())


class Validator(keras.callbacks.Callback):
    """Validates and saves the averaged networks, and writes the checkpoint to resume from.

    Args:
        networks: Dict of "student" or "teacher" to a pair (second instance of the network, its config).
        held_out: A `HeldOut`, or None for no validation.
        folder: Output folder.
        progress: Dict kept across runs: "epoch" (epochs done) and "best".
        metadata: JSON types saved beside every network.
        every: Epochs between validations.
    """

    def __init__(self, networks, held_out, folder, progress, metadata, every=1):
        super().__init__()
        self.networks, self.held_out, self.folder = networks, held_out, folder
        self.progress, self.metadata, self.every = progress, metadata, every

    def on_epoch_end(self, epoch, logs=None):
        self.progress["epoch"] = epoch + 1
        if (epoch + 1) % self.every and not self._is_last(epoch):
            # The CSV log takes its columns from the first epoch.
            names = figure_names(self.held_out) if self.held_out else ()
            logs.update(
                {f"val_{network}_{name}": float("nan") for network in self.networks for name in names}
            )
            return
        for name, (network, config) in self.networks.items():
            copy_averaged_weights(self.model, name, network)
            figures = validate_network(network, config, self.held_out) if self.held_out else {}
            logs.update({f"val_{name}_{key}": value for key, value in figures.items()})
            self._save(name, network, config, epoch, figures)
        save_checkpoint(self.folder, self.model, self.progress)

    def _is_last(self, epoch):
        return epoch + 1 == self.params["epochs"] or getattr(self.model, "stop_training", False)

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
    """Base of what must tell how long another epoch would take."""

    def on_train_begin(self, logs=None):
        self.begins = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begins.append(time.monotonic())

    def on_train_batch_end(self, batch, logs=None):
        # The first step of a process compiles, with JAX for minutes, which says nothing of other epochs.
        if batch == 0 and len(self.begins) == 1 and self.params["steps"] > 1:
            self.begins[0] = time.monotonic()

    def durations(self, now):
        """Seconds of this epoch without its validation, which is still to come, and of the last one with it.

        Args:
            now: `time.monotonic()`.

        Returns:
            A pair; the second is 0 in the first epoch.
        """
        before = self.begins[-1] - self.begins[-2] if len(self.begins) > 1 else 0.0
        return now - self.begins[-1], before


class TimeLimit(EpochTimes):
    """Ends training after the epoch that the next one could not follow within the limit.

    Args:
        minutes: The limit.
        start: `time.monotonic()` from which it counts; None for the start of training.
    """

    def __init__(self, minutes, start=None):
        super().__init__()
        self.seconds, self.start = minutes * 60, start

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.start = time.monotonic() if self.start is None else self.start

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        if now - self.start + max(self.durations(now)) > self.seconds:
            print(f"Stopping after epoch {epoch + 1}: the next one would pass the time limit.")
            self.model.stop_training = True
