"""Runs that are told how long to take: the learning rates fall over the time that is left."""

import math
import time

import keras
from keras import ops

from dbdgan_tf.training.callbacks import EpochTimes

# Share of an epoch that must still fit for another one to begin.
_WORTHWHILE = 0.5


class CosineToHorizon(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up and cosine decay to a step that may move while training goes on.

    Args:
        peak: Learning rate after the warm-up.
        warmup: Steps of the warm-up, from a twentieth of the peak.
        horizon: Variable of the run's last step; part of the optimizers' state, so that a compiled step sees
            it move.
        final_fraction: Share of the peak left at the horizon.
    """

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

    def get_config(self):
        """What can be said in JSON; the horizon belongs to the run."""
        return {"peak": self.peak, "warmup": self.warmup, "final_fraction": self.final_fraction}


class TimedSchedule(EpochTimes):
    """Ends a run after a number of minutes, and moves its horizon to the step it will have reached then.

    It goes before the callback that writes checkpoints, so that these hold the time spent.

    Args:
        minutes: Minutes of the whole run, all its continuations together.
        progress: Dict kept across continuations; "seconds" is the time spent,
            "finished_minutes" the length of the run once it is over.
    """

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
        left = self.seconds - spent
        this, last = self.durations(now)
        # From the third epoch on the last one tells what an epoch takes with its validation.
        duration = last if len(self.begins) > 2 else this
        steps = max(left, 0.0) / duration * self.params["steps"]
        self.model.optimizer.horizon.assign(int(self.model.step) + round(steps))
        if left < _WORTHWHILE * duration:
            print(f"The run has had its {self.seconds / 60:g} minutes, after epoch {epoch + 1}.")
            self.progress["finished_minutes"] = self.seconds / 60
            self.model.stop_training = True
