"""`dbdgan bench`: photographs per second, and where the time goes."""

import os
import tempfile
import time
import timeit
from pathlib import Path

import click

from dbdgan_tf.cli import options as shared


@click.command("bench", short_help="Photographs per second on this machine.")
@click.option("--photos", type=shared.COUNT, default=24, help="How many to map.")
@click.option("--megapixels", type=shared.NumberRange(0.1, 100), default=12.0)
@shared.model_option
@shared.threads_option
@shared.json_option
def command(photos, megapixels, model, threads, as_json):
    """Times `dbdgan map` over a folder of synthetic JPEGs.

    CPU time per photo says what this machine can do when it has nothing else to do; the rate that was reached
    says what it did now.
    """
    from dbdgan_tf.cli.commands import map_command

    threads = shared.count_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        photo = write_photos(Path(folder) / "in", photos, megapixels)
        parts = _time_parts(photo, shared.open_detectors(model))
        words = [f"{folder}/in", f"{folder}/out", "--model", model, "--threads", str(threads), "--quiet"]
        start, cpu = time.perf_counter(), time.process_time()
        map_command.main(words, standalone_mode=False)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    report = {
        "photos": photos,
        "megapixels": megapixels,
        "threads": threads,
        "photos_per_second": photos / seconds,
        "cpu_ms_per_photo": 1000 * cpu / photos,
        "photos_per_second_on_idle_cores": threads * photos / cpu,
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        **parts,
    }
    shared.tell(report, as_json)


def write_photos(folder, count, megapixels):
    """Writes copies of one 4:3 JPEG of a phone's kind: soft areas, detail, noise; the first's path."""
    import cv2
    import numpy as np

    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    size, random = (width, round(width * 3 / 4)), np.random.default_rng(0)
    soft = cv2.resize(random.integers(0, 256, (12, 16, 3), np.uint8), size, interpolation=cv2.INTER_CUBIC)
    detail = cv2.resize(random.integers(0, 256, (600, 800, 3), np.uint8), size, interpolation=cv2.INTER_CUBIC)
    photo = soft.copy()
    middle = (slice(size[1] // 4, size[1] // 2), slice(size[0] // 4, size[0] // 2))
    photo[middle] = cv2.addWeighted(soft[middle], 0.5, detail[middle], 0.5, 0)
    photo = cv2.add(photo, random.integers(0, 9, photo.shape, np.uint8))
    content = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    folder.mkdir(parents=True)
    for index in range(count):
        (folder / f"photo{index:05d}.jpg").write_bytes(content)
    return folder / "photo00000.jpg"


def _time_parts(photo, detectors):
    import statistics

    from dbdgan_tf.inference.rendering import Rendering
    from dbdgan_tf.photo import encode, load_photo

    detector, rendering = detectors.get(), Rendering()
    loaded = load_photo(photo, max(detectors.image_size))
    tensor = detector.prepare(loaded.pixels)
    blur_map = detector.run_prepared(tensor)
    picture = rendering.draw(blur_map, loaded)
    parts = {
        "decode_cpu_ms": lambda: load_photo(photo, max(detectors.image_size)),
        "prepare_cpu_ms": lambda: detector.prepare(loaded.pixels),
        "model_cpu_ms": lambda: detector.run_prepared(tensor),
        "draw_cpu_ms": lambda: rendering.draw(blur_map, loaded),
        "encode_cpu_ms": lambda: encode(picture, ".png"),
    }
    clock = {"repeat": 6, "number": 1, "timer": time.process_time}
    # The first round warms up.
    return {name: 1000 * statistics.median(timeit.repeat(work, **clock)[1:]) for name, work in parts.items()}
