"""`dbdgan batch`: photographs through the workers of a Ray cluster into Parquet parts."""

import contextlib
import logging
import os

import pyarrow
import ray
import ray.data
from ray.exceptions import RayError

from dbdgan_tf.batch.blur_rows import BlurRows
from dbdgan_tf.batch.parts import Parts
from dbdgan_tf.batch.sources import find_paths, whole
from dbdgan_tf.inference.detector import Detectors


class _Worker:
    def __init__(self, parts, options):
        self._parts, self._blur_rows = parts, BlurRows(**options)

    def __call__(self, rows):
        paths = [str(path) for path in rows["path"]]
        done, failed, problem = 0, 0, ""
        try:
            done, failed = self._parts.add(paths, lambda: self._blur_rows({"path": paths}))
        except (ValueError, OSError) as error:
            # No photograph's: no model, no room, a folder taken over.
            problem = str(error) or type(error).__name__
        return {"done": [done], "failed": [failed], "problem": [problem]}


def run(sources, output, options, watch=None, *, column="path", workers=1, cpus=1, part_rows=256):
    """Runs a job, or what is left of it, on `workers` times `cpus` cores; `options` are those of `BlurRows`.

    `watch` wraps the iterable of the parts' dicts, "done" and "failed", of so many photographs.
    Returns (done, failed, skipped): photographs of this run, how many of them failed, those done before.
    """
    output, detectors = whole(output), Detectors(options["model"])
    paths = find_paths(sources, column, None if "://" in output else output)
    deciding = {name: value for name, value in options.items() if name not in ("model", "seconds")}
    options, parts = {**options, "num_threads": cpus, "model": str(detectors.path)}, Parts(output)
    parts.claim({"model_sha256": detectors.model_checksum(), **deciding})
    finished = parts.finished()
    waiting = [path for path in paths if path not in finished]
    starts = range(0, len(waiting), part_rows)
    blocks = [pyarrow.table({"path": waiting[start : start + part_rows]}) for start in starts]
    done = failed = 0
    if blocks:
        with _cluster(workers * cpus):
            rows = _through_ray(blocks, (parts, options), workers, cpus)
            for row in watch(rows, len(waiting)) if watch else rows:
                if row["problem"]:
                    raise ValueError(row["problem"])
                done, failed = done + row["done"], failed + row["failed"]
    return done, failed, len(paths) - len(waiting)


@contextlib.contextmanager
def _cluster(cores):
    """The cluster that RAY_ADDRESS names or the process is part of, or else one of this machine's cores."""
    begun = not ray.is_initialized()
    if begun:
        # Ray would give way to every other process of this machine, by a niceness of 15.
        os.environ.update({"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"} | os.environ)
        local = {} if os.environ.get("RAY_ADDRESS") else {"num_cpus": cores, "include_dashboard": False}
        ray.init(log_to_driver=False, logging_level="ERROR", **local)
    try:
        yield
    except RayError as error:
        raise ValueError(f"the cluster failed ({str(error).strip().splitlines()[0]})") from error
    finally:
        if begun:
            ray.shutdown()


def _through_ray(blocks, arguments, workers, cpus):
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    pool = {"num_cpus": cpus, "compute": ray.data.ActorPoolStrategy(size=workers), "batch_size": None}
    return ray.data.from_arrow(blocks).map_batches(_Worker, fn_constructor_args=arguments, **pool).iter_rows()
