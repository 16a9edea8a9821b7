"""BlurDetector: a photograph in, a blur map of its size out; and one of them for each thread."""

import functools
import hashlib
import threading
from pathlib import Path

import cv2
import numpy as np

from dbdgan_tf.inference.bundled import DEFAULT_NAME, check_model, model_path
from dbdgan_tf.inference.interpreter import LiteRTModel, ModelFileError
from dbdgan_tf.inference.result import BlurResult
from dbdgan_tf.inference.tiling import LONGEST, NATIVE, TileGrid, blend, panorama_windows, windows
from dbdgan_tf.inference.upsampling import guided_upsample
from dbdgan_tf.model_file.metadata import MetadataError, read_metadata
from dbdgan_tf.photo import DEFAULT_MAX_PIXELS, resize, to_rgb
from dbdgan_tf.photo.film import read_frames

SCALES = ("whole", "native")
UPSAMPLINGS = ("bilinear", "guided")


class BatchError(ValueError):
    """Some images of a batch failed: `results` holds None for each, `errors` position -> its error."""

    def __init__(self, results, errors):
        self.results, self.errors = results, errors
        listing = "".join(f"\n  image {position}: {error}" for position, error in errors.items())
        super().__init__(f"{len(errors)} of {len(results)} images failed; the rest is in .results:{listing}")


class BlurDetector:
    """Finds what is out of focus. One detector may be called from several threads.

    Everything about the model (size, types, scaling, polarity) is read from the file.

    Args:
        model: A bundled model's name ("lite", "lite_fast", "lite_float16"...), the path of a .tflite file,
            or its content (bytes).
        num_threads: Threads of the interpreter.
        scale: "whole" looks at a photograph shrunk to the model's size, which hides small blur in large ones;
            "native" also looks through windows in which nothing shrinks, and what either calls blurred is
            blurred.
        tile: True to look at large photographs through overlapping windows, or a `TileGrid`.
        upsampling: "bilinear", or "guided" to follow the photograph's edges.
        max_pixels: Larger images are refused before they are decoded.
        metadata: A `ModelMetadata` for files that hold none.

    Raises:
        ModelFileError: If the file is missing or no blur model.

    Example:
        >>> result = BlurDetector("model.tflite")("photo.jpg")
        >>> result.blur_map.shape, result.in_focus_share
    """

    def __init__(
        self,
        model=DEFAULT_NAME,
        *,
        num_threads=2,
        scale="whole",
        tile=False,
        upsampling="bilinear",
        max_pixels=DEFAULT_MAX_PIXELS,
        metadata=None,
    ):
        for name, value, allowed in (("upsampling", upsampling, UPSAMPLINGS), ("scale", scale, SCALES)):
            if value not in allowed:
                raise ValueError(f"Unknown {name}. Received: {value!r}. Allowed: {', '.join(allowed)}.")
        self._arguments = {"num_threads": num_threads, "scale": scale, "tile": tile, "upsampling": upsampling}
        self._arguments |= {"model": model, "max_pixels": max_pixels, "metadata": metadata}
        model = model if isinstance(model, bytes) else model_path(model)
        check_model(model)
        self._model = LiteRTModel(model, num_threads)
        self.metadata = metadata or _metadata_of(model)
        self._grid = tile if isinstance(tile, TileGrid) else TileGrid() if tile else None
        self._scale, self._upsampling, self._max_pixels = scale, upsampling, max_pixels
        self._table = _input_table(self._model.input, self.metadata)

    def __reduce__(self):
        """A pickled detector opens its model anew where it arrives."""
        return functools.partial(BlurDetector, **self._arguments), ()

    @property
    def image_size(self):
        return self._model.image_size

    def __call__(self, image):
        """Detects the blur in one image.

        Args:
            image: A path, the bytes of an image file, a PIL image, or an array: uint8 (H, W, 3) RGB, grey,
                RGBA, uint16, or float 0..1.

        Returns:
            A `BlurResult` at the image's own size.

        Raises:
            ValueError: If the image is broken, empty, too large, or holds NaN.
        """
        photo = to_rgb(image, self._max_pixels)
        blur_map = self._windows_map(photo, self._grid) if self._grid else self._whole_map(photo)
        if self._scale == "native":
            blur_map = np.maximum(blur_map, self._windows_map(photo, NATIVE))
        return BlurResult(blur_map, photo)

    def small_map(self, photo):
        """The map, float32 (h, w), of a uint8 (H, W, 3) RGB photo, model-sized; longer of panoramas."""
        if max(photo.shape[:2]) <= LONGEST * min(photo.shape[:2]):
            return self.run_prepared(self.prepare(photo))
        size, places = panorama_windows(photo.shape[:2], self.image_size)
        strip = resize(photo, size)
        pieces = (resize(self.run_prepared(self.prepare(strip[p])), strip[p].shape[:2]) for p in places)
        return blend(size, zip(places, pieces, strict=True))

    def run_prepared(self, tensor):
        """The map (h, w) for a tensor that `prepare` made."""
        output = self._model.run(tensor)
        if not np.all(np.isfinite(output)):
            raise ModelFileError("The model gave NaN or infinite values; its weights are unusable.")
        blur_map = np.clip(output, 0, 1)
        return blur_map if self.metadata.polarity == "blur" else 1 - blur_map

    def prepare(self, photo):
        """The model's input tensor (h, w, 3) for a uint8 (H, W, 3) RGB photo of any size."""
        pixels = resize(photo, self.image_size)
        return pixels if self._table is None else cv2.LUT(pixels, self._table)

    def upsample(self, small_map, photo):
        """Brings a float32 (h, w) map to the size of its uint8 (H, W, 3) RGB photo."""
        guided = self._upsampling == "guided"
        return guided_upsample(small_map, photo) if guided else resize(small_map, photo.shape[:2])

    def detect_batch(self, images):
        """List of `BlurResult` for images of any kind; a BatchError, if some failed, has the others."""
        results, errors = [], {}
        for position, image in enumerate(images):
            try:
                results.append(self(image))
            except ValueError as error:
                results.append(None)
                errors[position] = error
        if errors:
            raise BatchError(results, errors)
        return results

    def detect_video(self, frames):
        """Yields a `BlurResult` for each frame of a film, its path or an iterable, in constant memory."""
        if isinstance(frames, (str, Path)):
            frames = (frame.pixels for frame in read_frames(frames))
        yield from map(self, frames)

    def _whole_map(self, photo):
        return self.upsample(self.small_map(photo), photo)

    def _windows_map(self, photo, grid):
        places = windows(photo.shape[:2], self.image_size, grid)
        return blend(photo.shape[:2], ((place, self._whole_map(photo[place])) for place in places))


class Detectors:
    """One `BlurDetector` per thread; `threads` of each is more than 1 only where there is one image."""

    def __init__(self, model, scale="whole", threads=1):
        self.path, self.scale, self._threads = model_path(model), scale, threads
        self._own = threading.local()
        # Opened at once: a bad model must be told before the first photograph is read.
        self.image_size = self.get().image_size
        self.temperature = self.get().metadata.temperature

    def get(self):
        """The calling thread's, opened when it first asks."""
        if not hasattr(self._own, "detector"):
            self._own.detector = BlurDetector(self.path, num_threads=self._threads, scale=self.scale)
        return self._own.detector

    def model_checksum(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def find_blur(self, pixels):
        """Blur map float32 of uint8 (H, W, 3) RGB: the photo's size at native scale, else the model's."""
        return self.get()(pixels).blur_map if self.scale == "native" else self.get().small_map(pixels)


def _metadata_of(model):
    try:
        return read_metadata(model if isinstance(model, bytes) else model.read_bytes())
    except MetadataError as error:
        label = f"{len(model)} bytes" if isinstance(model, bytes) else model
        raise ModelFileError(f"{error} Received: {label}.") from error


def _input_table(spec, metadata):
    """What each of the 256 pixel values becomes in the model's input, (1, 256, 3); None if it stays as it is.

    A table gives every input type one exact rule, and is faster than arithmetic on the image.
    """
    pixels = np.arange(256, dtype=np.float32)[:, None]
    scaled = (pixels - np.float32(metadata.input_mean)) / np.float32(metadata.input_std)
    stored = spec.quantize(scaled)
    if stored.dtype == np.uint8 and np.array_equal(stored, np.repeat(pixels, 3, 1).astype(np.uint8)):
        return None
    return np.ascontiguousarray(stored[None])
