"""Golden vectors of what surrounds the model, the same for every language: `python -m tflite.golden.vectors`.

vectors.json holds a map at photographs' sizes, photographs under their overlays, the windows of panoramas,
and the sharpness of pictures that `draw` makes. The code for phones and browsers is tested against it.
"""

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np

VECTORS = Path(__file__).resolve().parent / "vectors.json"
# Grown, shrunk, and one side each way.
_SIZES = ((9, 13), (3, 4), (3, 11), (2, 600))
# (height, width) of photographs: shrunk and not, of odd sizes, upright, cut into the most windows.
_PANORAMAS = ((500, 1501), (333, 4001), (2000, 300), (40, 3000))
_MODEL_SIZE, _EVERY = (384, 320), 29


def _side(left, right):
    return {"height": 6, "width": 8, "values": ([left] * 4 + [right] * 4) * 6}


# Sharp, sharp and noisy, little blur, motion, blur that is halved once and twice, blur at one side
# and the map that tells, less than one cell, plain noise, too small.
_SCENES = (
    {"width": 300, "height": 200, "blurs": [[1, 1]]},
    {"width": 300, "height": 200, "blurs": [[1, 1]], "noise": 12},
    {"width": 301, "height": 203, "blurs": [[3, 3]]},
    {"width": 301, "height": 203, "blurs": [[17, 1]], "noise": 4},
    {"width": 300, "height": 200, "blurs": [[9, 9]]},
    {"width": 269, "height": 260, "blurs": [[18, 18]]},
    {"width": 400, "height": 300, "blurs": [[5, 5], [1, 1]], "map": _side(1, 0)},
    {"width": 400, "height": 300, "blurs": [[5, 5], [1, 1]], "map": _side(0.25, 1)},
    {"width": 90, "height": 61, "blurs": [[2, 2]]},
    {"width": 300, "height": 200, "blurs": [[0, 0]], "noise": 20},
    {"width": 7, "height": 3, "blurs": [[1, 1]]},
)


def draw(width, height, blurs, noise=0):
    """Squares in six directions under a box blur: uint8 (height, width, 3), RGB.

    `blurs` are (across, down) of the box, px, one for each of as many equal columns, (0, 0) for plain grey;
    `noise` in grey levels.
    """
    # Drawn at twice the size, with room for the boxes at the right and below.
    margin = 2 * max(map(max, blurs))
    u, v = np.arange(2 * width + margin), np.arange(2 * height + margin)[:, None]
    squares = (
        _hash(u >> 5, v >> 5, 0)
        + _hash((7 * u + 3 * v) >> 8, (7 * v - 3 * u) >> 8, 1)
        + _hash((u + v) >> 6, (v - u) >> 6, 2)
    ).astype(np.float64)
    x, y = np.arange(width), np.arange(height)[:, None]
    level = np.full((height, width), 128)
    for index, (across, down) in enumerate(blurs):
        if across:
            total = cv2.boxFilter(squares, -1, (2 * across, 2 * down), anchor=(0, 0), normalize=False)
            blurred = total[: 2 * height : 2, : 2 * width : 2] // (12 * across * down)
            level = np.where(x < width * index // len(blurs), level, blurred)
    level = np.clip(level.astype(int) + _hash(x, y, 3) % (2 * noise + 1) - noise, 0, 255)
    return np.stack([level, level * 3 >> 2, 255 - level], 2).astype(np.uint8)


def _hash(x, y, salt):
    mixed = x * 374761393 + y * 668265263 + salt * 974634721 & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 13) * 1274126177 & 0xFFFFFFFF
    return (mixed ^ mixed >> 16) & 255


def make_vectors():
    """The content of vectors.json."""
    from dbdgan_tf.inference import BlurResult
    from dbdgan_tf.photo import resize

    random = np.random.default_rng(7)
    blur_map = random.uniform(0, 1, (5, 6)).astype(np.float32).round(3)
    photo = random.integers(0, 256, 21).tolist()
    overlays = []
    for size, opacity, threshold in (((9, 13), 0.65, 0.5), ((9, 13), 1.0, 0.3), ((2, 600), 0.65, 0.5)):
        pixels = np.resize(np.uint8(photo), (*size, 3))
        picture = BlurResult(resize(blur_map, size), pixels).overlay(opacity, threshold)
        overlays.append({**_plane(picture), "opacity": opacity, "threshold": threshold})
    return {
        "map": _plane(blur_map),
        "sizes": [_plane(resize(blur_map, size)) for size in _SIZES],
        "photo": photo,
        "overlays": overlays,
        "panoramas": [_panorama(size) for size in _PANORAMAS],
        "sharpness": [{**scene, "expected": _sharpness(**scene)} for scene in _SCENES],
    }


def _panorama(size):
    """The strip that a photograph is shrunk to, its windows, and along it the blend of their numbers."""
    from dbdgan_tf.inference.tiling import blend, panorama_windows

    strip, places = panorama_windows(size, _MODEL_SIZE)
    numbers = (np.full(strip, index, np.float32)[place] for index, place in enumerate(places))
    blended = blend(strip, zip(places, numbers, strict=True))
    wide = strip[1] > strip[0]
    return {
        "height": size[0],
        "width": size[1],
        "strip": {"height": strip[0], "width": strip[1]},
        "windows": [[place[wide].start, place[wide].stop] for place in places],
        "every": _EVERY,
        "blend": _rounded((blended[0] if wide else blended[:, 0])[::_EVERY]),
    }


def _sharpness(width, height, blurs, noise=0, map=None):
    from dbdgan_tf.sharpness import score_pixels

    grey = cv2.cvtColor(draw(width, height, blurs, noise), cv2.COLOR_RGB2GRAY)
    blur_map = np.reshape(map["values"], (map["height"], map["width"])) if map else np.zeros(grey.shape)
    found = dataclasses.asdict(score_pixels(grey, blur_map.astype(np.float32)))
    return {key: found[key] for key in ("verdict", "sharpness", "edge_px", "sharp_up_to", "blur")}


def _plane(array):
    values = _rounded(array) if array.dtype == np.float32 else array.ravel().tolist()
    return {"height": array.shape[0], "width": array.shape[1], "values": values}


def _rounded(array):
    return [round(float(value), 4) for value in np.ravel(array)]


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(make_vectors()) + "\n")
