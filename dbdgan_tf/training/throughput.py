"""How fast a run goes, measured once on its own steps: images per second, and waiting for data."""

import time

import keras

SKIPPED_STEPS = 10
TIMED_STEPS = 40


class ThroughputReport(keras.callbacks.Callback):
    """Prints images per second and the share of time that steps wait for data, once per process.

    For the timed steps it waits for every result, so that a step and the loading beside it are told apart.
    """

    def __init__(self, batch_size):
        super().__init__()
        self.batch_size, self.waited, self.done = batch_size, 0.0, False

    def on_train_begin(self, logs=None):
        steps = self.params["steps"]
        self.first = max(min(SKIPPED_STEPS, steps // 3), 1)
        self.last = min(self.first + TIMED_STEPS, steps)
        if keras.backend.backend() == "jax":
            original = self.model.train_function
            self.model.train_function = lambda state, batches: original(state, self._timed(batches))

    def on_train_batch_end(self, batch, logs=None):
        number = batch + 1
        if self.done or number < self.first:
            return
        for value in (logs or {}).values():
            float(value)
        if number == self.first:
            self.start, self.waited = time.perf_counter(), 0.0
        elif number == self.last:
            self._report(time.perf_counter() - self.start)

    def _timed(self, batches):
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            self.waited += time.perf_counter() - start
            if batch is None:
                return
            yield batch

    def _report(self, seconds):
        self.done, steps = True, self.last - self.first
        rate, step, waiting = steps * self.batch_size / seconds, 1000 * seconds / steps, ""
        if keras.backend.backend() == "jax":
            waiting = f", {100 * self.waited / seconds:.0f} % of the time waiting for data"
        told = f"Throughput: {rate:.0f} images/s ({step:.0f} ms a step of {self.batch_size}){waiting}."
        print(told + _peak_memory(), flush=True)


def _peak_memory():
    if keras.backend.backend() != "jax":
        return ""
    import jax

    statistics = jax.local_devices()[0].memory_stats() or {}
    peak = statistics.get("peak_bytes_in_use")
    return f" Peak device memory {peak / 2**30:.1f} GiB." if peak else ""
