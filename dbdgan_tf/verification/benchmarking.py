"""How fast, how large, how heavy: the measurements behind `python -m tflite.benchmark`."""

import gc
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from dbdgan_tf.command.child import run_module
from dbdgan_tf.inference import BlurDetector, LiteRTModel
from dbdgan_tf.inference.tiling import TileGrid, windows
from dbdgan_tf.model_file.flat_graph import read_graph
from dbdgan_tf.photo import to_rgb

# The default grid leaves photographs below twice the model's size whole; zoom 1 cuts these too.
OPTIONS = {
    "plain": {}, "tile": {"tile": TileGrid()}, "tile, zoom 1": {"tile": TileGrid(zoom=1.0)},
    "guided": {"upsampling": "guided"}, "tile, guided": {"tile": TileGrid(), "upsampling": "guided"},
}  # fmt: skip


def median_and_p90(seconds):
    """The median and the 90th percentile of times, in ms."""
    return {name: 1000 * float(np.percentile(seconds, q)) for name, q in (("median", 50), ("p90", 90))}


def time_alternating(runners, rounds=50, warmup=5):
    """Times several functions against each other on a machine that is not quite quiet; seconds by name.

    They take turns, forwards and backwards in turn, so that a slow second hits all of them; each first runs
    once untimed, so that none pays for the caches its predecessor emptied.
    """
    for runner in runners.values():
        for _ in range(warmup):
            runner()
    seconds = {name: [] for name in runners}
    gc.collect()
    for turn in range(rounds):
        for name in list(runners)[:: 1 if turn % 2 else -1]:
            runners[name]()
            start = time.perf_counter()
            runners[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def model_runner(path, num_threads):
    """A function that runs a model's graph once, on noise."""
    model = LiteRTModel(Path(path), num_threads)
    noise = np.random.default_rng(0).random(model.input.shape, np.float32)
    model.run(noise if not model.input.quantized else (noise * 255).astype(model.input.dtype))
    return model.invoke


def count_work(path):
    """Sizes of a .tflite: "megabytes" (10^6 bytes), "parameters", "multiply_adds"."""
    content = Path(path).read_bytes()
    graph = read_graph(content)
    counts = {"parameters": graph.parameters(), "multiply_adds": graph.multiply_adds()}
    return {"megabytes": len(content) / 1e6, **counts}


def peak_megabytes(path):
    """Peak resident memory (10^6 bytes) of a process that loads a model and runs it three times."""
    return json.loads(run_module("dbdgan_tf.verification.benchmarking", path))


def time_call(detector, photo, rounds=20):
    """Median ms of the parts of a `BlurDetector`'s call on one photograph: "decode", "resize", ..."""
    content = Path(photo).read_bytes()
    image = to_rgb(content)
    small, prepared = detector.small_map(image), detector.prepare(image)
    parts = {
        "decode": lambda: to_rgb(content), "resize": lambda: detector.prepare(image),
        "run": lambda: detector.run_prepared(prepared), "upsample": lambda: detector.upsample(small, image),
        "whole": lambda: detector(content),
    }  # fmt: skip
    times = time_alternating(parts, rounds, 2)
    return {name: median_and_p90(seconds)["median"] for name, seconds in times.items()}


def compare_options(model, samples):
    """Scores a `BlurDetector` with each set of `OPTIONS` on the same photographs, by name."""
    if not samples:
        raise ValueError("Options are compared on images with masks. Received: none. Allowed: --data_dir.")
    return {
        name: _measure(BlurDetector(model, **options), options.get("tile"), samples)
        for name, options in OPTIONS.items()
    }


def _measure(detector, grid, samples):
    # Here, so that it does not count in `peak_megabytes`.
    from dbdgan_tf.evaluation import evaluate

    seconds, cut = [], []

    def predict(image):
        start = time.perf_counter()
        blur_map = detector(image).blur_map
        seconds.append(time.perf_counter() - start)
        cut.append(grid is not None and len(windows(image.shape[:2], detector.image_size, grid)) > 1)
        return blur_map

    metrics = evaluate(samples, predict, workers=1).metrics(resamples=0)
    return {
        "max_f_focus": metrics["focus"]["max_f"], "max_f_blur": metrics["blur"]["max_f"],
        "mae": metrics["blur"]["mae"], "cut": sum(cut), "ms": median_and_p90(seconds)["median"],
    }  # fmt: skip


def _own_peak(path):
    run = model_runner(path, num_threads=2)
    for _ in range(3):
        run()
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    # On Linux ru_maxrss outlives exec, so it may be the peak of the process that started this one.
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(_own_peak(sys.argv[1])))
