"""What several devices and processes give, for `benchmark_training.py --scaling`; this imports no Keras."""

import json
import os
import socket
import subprocess
import sys


def compare_scaling(values):
    """Prints images/s of one and two devices and processes, and of two runs that only share a CPU."""
    with socket.create_server(("", 0)) as server:
        joined = {"coordinator": f"localhost:{server.getsockname()[1]}", "processes": 2}
    sides = {
        "1 process, 1 device": [{}],
        "1 process, 2 devices": [{"devices": 2}],
        "2 processes": [{**joined, "process_index": index} for index in (0, 1)],
        "2 runs at once": [{}, {}],
    }
    rates = {name: _rates(places, values) for name, places in sides.items()}
    print(f"{values.student_encoder} student, {values.size} px, {values.batch} images a device, a core each:")
    for name, (rate, per_cpu) in rates.items():
        bound = rates["2 runs at once"]
        print(
            f"  {name:20s} {rate:6.2f} images/s, {rate / bound[0]:.2f} of two runs at once; per second of "
            f"processor time {per_cpu:6.2f}, {per_cpu / bound[1]:.2f}"
        )


def _rates(places, values):
    """Images/s and images per second of processor time, of processes that run at the same time.

    Each has as many cores as devices. The second tells of work, on a busy machine too, but not of waiting.
    """
    script, cores = sys.argv[0], sorted(os.sched_getaffinity(0))
    sizes = [f"--{name}={getattr(values, name)}" for name in ("student_encoder", "size", "batch", "repeats")]
    started = []
    for index, place in enumerate(places):
        devices = place.get("devices", 1)
        own = ",".join(map(str, cores[index:][:devices]))
        command = [
            "taskset",
            "-c",
            own,
            sys.executable,
            script,
            f"--scaling_side={json.dumps(place)}",
            *sizes,
        ]
        flags = f"--xla_force_host_platform_device_count={devices}"
        environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
    said = [process.communicate()[0] for process in started]
    each = [json.loads(text.splitlines()[-1]) for text in said]
    return sum(rate for rate, _ in each), sum(per_cpu for _, per_cpu in each) / len(each)
