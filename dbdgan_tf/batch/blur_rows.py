"""The worker of a cluster: rows of paths in, rows of scores and maps out."""

import dataclasses
import multiprocessing
from multiprocessing.pool import ThreadPool

import cv2
import numpy as np

from dbdgan_tf import __version__
from dbdgan_tf.inference.bundled import DEFAULT_NAME
from dbdgan_tf.inference.detector import Detectors
from dbdgan_tf.inference.rendering import Rendering, map_photo
from dbdgan_tf.photo import encode
from dbdgan_tf.photo.errors import explain
from dbdgan_tf.sharpness.score import SHARP_AT, columns, measure

COLUMNS = ("path", *columns(None), "map_png", "error", "model_sha256", "version")


@dataclasses.dataclass(eq=False)
class BlurRows:
    """Scores, and maps, the photographs that rows name; for Ray Data, Spark's `mapInPandas` or a loop.

    It can be pickled at any time; each copy loads the model when it is first called.

    Args:
        model: A bundled model's name, or the path of a .tflite file on the worker.
        num_threads: Cores that the worker may use.
        scores: Whether rows have a score, which takes every pixel of a photograph; a map takes a fraction.
        maps: Whether rows have a map.
        max_side: Longest side of a map, px; None for the photograph's own.
        roi: As for `dbdgan_tf.score`.
        sharp_at: As for `dbdgan_tf.score`.
        max_megapixels: Larger photographs are refused.
        seconds: Longest time for a photograph, reading included; None for any. Its thread is left behind.
    """

    model: str = DEFAULT_NAME
    _: dataclasses.KW_ONLY
    num_threads: int = 1
    scores: bool = True
    maps: bool = False
    max_side: int | None = None
    roi: tuple | None = None
    sharp_at: int = SHARP_AT
    max_megapixels: float = 250.0
    seconds: float | None = None

    def __post_init__(self):
        if not (self.scores or self.maps):
            raise ValueError("Rows have scores, maps or both. Received: neither.")
        self._detectors = self._sha256 = self._pool = None

    def __getstate__(self):
        return {**self.__dict__, "_detectors": None, "_sha256": None, "_pool": None}

    def __call__(self, rows):
        """Does one batch; a photograph never raises: it has an `error`.

        Args:
            rows: dict with "path": array of paths or URIs (s3, gs, http, ... by fsspec); others are ignored.

        Returns:
            dict name -> object array of the same length: `path`, the columns of `dbdgan score`, `map_png`
            (bytes or None), `error` (text or None), `model_sha256`, `version`.
        """
        if self._detectors is None:
            cv2.setNumThreads(self.num_threads)
            self._detectors = Detectors(self.model, threads=self.num_threads)
            self._sha256 = self._detectors.model_checksum()
        done = [self._row(str(path)) for path in rows["path"]]
        return {name: np.fromiter((row[name] for row in done), object, len(done)) for name in COLUMNS}

    def _row(self, path):
        score = png = error = None
        try:
            if self._pool is None:
                self._pool = ThreadPool(1)
            score, png = self._pool.apply_async(self._work, (path,)).get(self.seconds)
        # Other than the TimeoutError that stores raise themselves.
        except multiprocessing.TimeoutError:
            self._pool.close()
            self._pool, error = None, f"took longer than {self.seconds:g} s"
        except Exception as problem:
            error = explain(problem)
        facts = {"path": path, "map_png": png, "error": error}
        return {**columns(score), **facts, "model_sha256": self._sha256, "version": __version__}

    def _work(self, path):
        limit, rendering = self.max_megapixels * 1e6, Rendering(max_side=self.max_side)
        if not self.scores:
            return None, map_photo(read(path), self._detectors, rendering, max_pixels=limit)
        measured = measure(read(path), self._detectors, self.roi, self.sharp_at, limit)
        if not self.maps:
            return measured.score, None
        return measured.score, encode(rendering.draw(measured.blur_map, measured.photo), ".png")


def read(path):
    """The bytes behind a URI; a path as it is, since its name may tell what it is."""
    if "://" not in path:
        return path
    import fsspec

    with fsspec.open(path, "rb") as file:
        return file.read()
