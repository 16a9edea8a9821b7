"""Golden vectors of what follows the model, the same for every language: `python -m tflite.golden.vectors`.

vectors.json holds a map at photographs' sizes, and photographs under their overlays. The code in Python, for
the browser, in Kotlin and in Swift is tested against it.
"""

import json
from pathlib import Path

import numpy as np

VECTORS = Path(__file__).resolve().parent / "vectors.json"
# Grown, shrunk, and one side each way.
_SIZES = ((9, 13), (3, 4), (3, 11), (2, 600))


def make_vectors():
    """The content of vectors.json."""
    from dbdgan_tf.inference.overlay import draw_overlay
    from dbdgan_tf.photo import resize

    random = np.random.default_rng(7)
    blur_map = random.uniform(0, 1, (5, 6)).astype(np.float32).round(3)
    photo = random.integers(0, 256, 21).tolist()
    overlays = []
    for size, opacity, threshold in (((9, 13), 0.65, 0.5), ((9, 13), 1.0, 0.3), ((2, 600), 0.65, 0.5)):
        pixels = np.resize(np.uint8(photo), (*size, 3))
        picture = draw_overlay(pixels, resize(blur_map, size), opacity, threshold)
        overlays.append({**_plane(picture), "opacity": opacity, "threshold": threshold})
    return {
        "map": _plane(blur_map),
        "sizes": [_plane(resize(blur_map, size)) for size in _SIZES],
        "photo": photo,
        "overlays": overlays,
    }


def _plane(array):
    values = array.ravel().tolist()
    values = [round(value, 4) for value in values] if array.dtype == np.float32 else values
    return {"height": array.shape[0], "width": array.shape[1], "values": values}


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make_vectors()) + "\n")
