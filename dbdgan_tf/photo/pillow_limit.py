"""Pillow's own limit of pixels, which is one for the whole process, out of the way of a caller's."""

import contextlib
import threading

from PIL import Image

_lock, _users, _limit = threading.Lock(), 0, None


@contextlib.contextmanager
def without_pillow_limit():
    """Lifts the limit while at least one thread is inside."""
    global _users, _limit
    with _lock:
        if _users == 0:
            _limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                Image.MAX_IMAGE_PIXELS = _limit
