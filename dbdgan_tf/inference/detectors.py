"""A detector for each thread that asks: parallel photographs beat parallel operators."""

import hashlib
import threading

from dbdgan_tf.inference.bundled import model_path
from dbdgan_tf.inference.detector import BlurDetector


class Detectors:
    """One `BlurDetector` per thread, opened when it first asks.

    `threads` of each is more than 1 only where one image is all there is.
    """

    def __init__(self, model, scale="whole", threads=1):
        self.path, self.scale, self._threads = model_path(model), scale, threads
        self._own = threading.local()
        # Opened at once: a bad model must be told before the first photograph is read.
        self.image_size = self.get().image_size

    def get(self):
        """The calling thread's detector."""
        if not hasattr(self._own, "detector"):
            self._own.detector = BlurDetector(self.path, num_threads=self._threads, scale=self.scale)
        return self._own.detector

    def model_checksum(self):
        """SHA-256 of the model file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def find_blur(self, pixels):
        """Blur map float32 of uint8 (H, W, 3) RGB: the photo's size at native scale, else the model's."""
        detector = self.get()
        return detector(pixels).blur_map if self.scale == "native" else detector.small_map(pixels)
