"""Several devices and processes, on JAX: one program over the whole batch, laid out by `keras.distribution`.

Every process runs the same steps on its own rows of the same batches, so that losses, batch statistics and
gradients are those of the whole batch. What process 0 alone reads or decides, it tells the others.
"""

import atexit
import contextlib
import dataclasses
import json
import os
import subprocess
import sys

import keras
import numpy as np

from dbdgan_tf.training.roll_call import roll_call

# A process that says nothing for so long is gone; a socket that breaks tells it at once.
_SILENCE_SECONDS = 40
_OVER = []
_WATCHER = "import sys; sys.stdin.read() or print(sys.argv[1], file=sys.stderr)"
_GONE = "A process of the run is gone. Start all of them again with --resume."


def begin(config):
    """Joins the processes of a run and sets `keras.distribution.DataParallel`, before networks are built."""
    options = config.distribution
    keras.distribution.set_distribution(None)
    if options.devices == 1 and options.processes == 1 and not options.coordinator:
        return
    _check_flags(options)
    _check_batch(config, options.processes * max(options.devices, 1))
    if options.coordinator:
        _join(options)
    devices = _devices(options.devices)
    _check_batch(config, len(devices))
    parallel = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    keras.distribution.set_distribution(parallel)
    groups = dataclasses.asdict(config).values()
    flags = {f"--{name}": value for group in groups for name, value in group.items()}
    check_same({**flags, "--process_index": None})


def _check_flags(options):
    received = ", ".join(f"--{name}={value}" for name, value in dataclasses.asdict(options).items())
    if keras.backend.backend() != "jax":
        raise ValueError(
            "Only JAX trains on several devices or in several processes. "
            f"Received: {received} on {keras.backend.backend()}. Allowed: KERAS_BACKEND=jax."
        )
    host, _, port = options.coordinator.rpartition(":")
    named = bool(host) and port.isdecimal()
    if options.coordinator not in ("", "auto") and not named:
        raise ValueError(f"No address. Received: {received}. Allowed: --coordinator=HOST:PORT, or auto.")
    if named != (options.processes > 1) or options.process_index >= options.processes:
        raise ValueError(
            f"Flags of the processes do not fit. Received: {received}. Allowed: --coordinator=HOST:PORT with "
            "--processes above 1 and --process_index from 0 to one less, or --coordinator=auto alone."
        )


def _check_batch(config, parts):
    if config.data.batch_size % parts:
        raise ValueError(
            "The batch cannot be divided among all devices. Received: "
            f"--batch_size={config.data.batch_size} for {parts} devices. Allowed: multiples of {parts}."
        )


def _join(options):
    import jax

    seconds, place = 60 * options.join_minutes, (None, None, None)
    if options.coordinator != "auto":
        place = options.coordinator, options.processes, options.process_index
        roll_call(*place, seconds)
    _watch()
    # It would turn a SIGTERM into a notice that nobody reads.
    jax.config.update("jax_enable_preemption_service", False)
    try:
        jax.distributed.initialize(
            *place, initialization_timeout=max(round(seconds), 60),
            heartbeat_timeout_seconds=_SILENCE_SECONDS, shutdown_timeout_seconds=_SILENCE_SECONDS,
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(
            f"No cluster tells where the processes are ({error}). Received: --coordinator=auto. Allowed: "
            "on Slurm, Open MPI, Kubernetes or a TPU pod; elsewhere HOST:PORT, --processes, --process_index."
        ) from error


def _watch():
    """Has one line printed if this process dies without an error of its own; keeps errors from waiting."""
    # JAX aborts a process whose peer is gone, and one that ends would wait for the others, which wait for it.
    command = [sys.executable, "-IS", "-c", _WATCHER, f"error: {_GONE}"]
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE)

    def leave():
        watcher.communicate(b"told")
        if not _OVER:
            sys.stdout.flush()
            os._exit(1)

    atexit.register(leave)


def _devices(count):
    import jax

    here = jax.local_devices()
    if count > len(here):
        raise ValueError(
            f"There are not so many devices. Received: --devices={count}. "
            f"Allowed: up to {len(here)} ({', '.join(map(str, here))}), or 0 for all."
        )
    processes = range(jax.process_count())
    own = ([device for device in jax.devices() if device.process_index == one] for one in processes)
    return [f"{device.platform}:{device.id}" for devices in own for device in devices[: count or None]]


def shard():
    """(index of this process, number of processes)."""
    distribution = keras.distribution.distribution()
    return (0, 1) if distribution is None else (distribution.data_shard_id, distribution.num_processes)


def is_first():
    """Whether this is process 0, which alone writes."""
    return shard()[0] == 0


def say(text):
    """Prints, once for all processes."""
    if is_first():
        print(text)


def by_first(act):
    """What a function returns (JSON types) on process 0, which alone calls it; its error is everybody's."""
    if shard()[1] == 1:
        return act()
    outcome = {}
    if is_first():
        try:
            outcome = {"value": act()}
        except Exception as error:
            _broadcast_json({"error": str(error)})
            raise
    outcome = _broadcast_json(outcome)
    if "error" in outcome:
        raise RuntimeError(outcome["error"])
    return outcome["value"]


def from_first(value):
    """The value (JSON types) that process 0 has."""
    return by_first(lambda: value)


def array_from_first(array, like):
    """The array that process 0 has, of the shape and dtype of a variable; others may have None."""
    if shard()[1] == 1:
        return array
    from jax.experimental import multihost_utils

    return multihost_utils.broadcast_one_to_all(
        np.asarray(array, like.dtype) if is_first() else np.zeros(like.shape, like.dtype)
    )


def _broadcast_json(value):
    from jax.experimental import multihost_utils

    text = np.frombuffer(json.dumps(value, default=str).encode(), np.uint8)
    size = int(multihost_utils.broadcast_one_to_all(np.int32(text.size)))
    text = text if is_first() else np.zeros(size, np.uint8)
    return json.loads(multihost_utils.broadcast_one_to_all(text).tobytes())


def check_same(mine):
    """Raises a ValueError on every process unless all have the same dict of names to JSON types."""
    if shard()[1] == 1:
        return
    from jax.experimental import multihost_utils

    mine = json.loads(json.dumps(mine))
    first = from_first(mine)
    differing = [
        f"{name} is {mine.get(name)!r}, on process 0 {first.get(name)!r}"
        for name in {**first, **mine} if mine.get(name) != first.get(name)
    ]  # fmt: skip
    wrong = np.flatnonzero(multihost_utils.process_allgather(np.int32(bool(differing)))).tolist()
    if wrong:
        received = "; ".join(differing) or f"what processes {wrong} tell themselves"
        raise ValueError(
            f"Processes differ from process 0. Received: {received}. Allowed: one command and the same "
            "photographs for all, but for --process_index."
        )


@contextlib.contextmanager
def on_one_device():
    """What is built inside belongs to this process alone, which can run it without the others."""
    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(distribution)


@contextlib.contextmanager
def to_the_end():
    """A whole run, which its processes end together; a lost one is told in one line, a RuntimeError."""
    try:
        yield
        from_first(None)  # Process 0 may be validating still.
        _OVER.append(True)
    except Exception as error:
        if shard()[1] > 1 and any(word in str(error) for word in ("Gloo", "NCCL", "coordination")):
            raise RuntimeError(_GONE) from error
        raise
    finally:
        keras.distribution.set_distribution(None)
