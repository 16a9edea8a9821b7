"""From light to file: what a camera adds after the lens."""

import cv2
import numpy as np

_GAMMA = 2.2
_TO_LINEAR = ((np.arange(256) / 255.0) ** _GAMMA).astype(np.float32)


def to_linear(image):
    """uint8 picture to linear light, float32 0..1."""
    return _TO_LINEAR[image]


def to_picture(light):
    """Linear light to a uint8 picture."""
    return np.rint(255.0 * np.clip(light, 0.0, 1.0) ** (1 / _GAMMA)).astype(np.uint8)


def take_picture(light, rng, low_light=0.3, compression=0.7):
    """Exposes linear light, adds noise and compresses: after the blur, so that noise and blocks stay sharp.

    `low_light` and `compression` are the probabilities of a dark, noisy picture and of JPEG.
    """
    dark = rng.random() < low_light
    exposure = rng.uniform(0.15, 0.6) if dark else rng.uniform(0.85, 1.1)
    shot, read = (rng.uniform(1e-4, 3e-3), rng.uniform(1e-3, 1e-2)) if dark else (rng.uniform(0, 3e-4), 1e-3)
    light = np.clip(light * exposure, 0.0, 1.0)
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    light = light + noise * np.sqrt(shot * light + read**2)
    # A phone brightens what it took in the dark, and the noise with it.
    picture = to_picture(light * (rng.uniform(1.0, 1 / exposure) if dark else 1.0))
    return jpeg(picture, int(rng.integers(50, 96))) if rng.random() < compression else picture


def jpeg(image, quality):
    """A uint8 RGB picture after JPEG compression."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
