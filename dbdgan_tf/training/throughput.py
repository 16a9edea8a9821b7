"""How fast a run goes, measured once on its own steps: images per second, waiting for data, memory."""

import time
from pathlib import Path

import keras


class ThroughputReport(keras.callbacks.Callback):
    """Prints images per second, the share of time that steps wait for data and peak memory, once."""

    def __init__(self, batch_size):
        super().__init__()
        self.batch_size, self.waited, self.done = batch_size, 0.0, False

    def on_train_begin(self, logs=None):
        steps = self.params["steps"]
        self.first = max(min(10, steps // 3), 1)
        self.last = min(self.first + 40, steps)
        if keras.backend.backend() == "jax":
            original = self.model.train_function
            self.model.train_function = lambda state, batches: original(state, self._timed(batches))

    def on_train_batch_end(self, batch, logs=None):
        number = batch + 1
        if self.done or number < self.first:
            return
        for value in (logs or {}).values():
            float(value)  # Waits for the step, to tell it from the loading beside it.
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
        rate, step = steps * self.batch_size / seconds, 1000 * seconds / steps
        told = f"Throughput: {rate:.3g} images/s ({step:.0f} ms a step of {self.batch_size})"
        if keras.backend.backend() == "jax":
            told += f", {100 * self.waited / seconds:.0f} % of the time waiting for data"
        place, peak = _peak_memory()
        told += f". Peak memory of the {place} {peak / 2**30:.1f} GiB" if peak else ""
        print(f"{told}.", flush=True)


def _peak_memory():
    """Where the networks are, "device" or "process", and the most bytes used there; 0 where nobody tells."""
    if keras.backend.backend() == "jax":
        import jax

        peak = (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
        if peak:
            return "device", peak
    status = Path("/proc/self/status")
    # Linux alone; the peak that getrusage tells may be that of the process which started this one.
    lines = status.read_text().splitlines() if status.is_file() else ()
    return "process", sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
