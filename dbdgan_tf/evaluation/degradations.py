"""Sharp photographs made worse at their own resolution, by kernels that are known."""

import cv2
import numpy as np

from dbdgan_tf.data.synthesis.lens import aperture_kernel

_NOISE = 8
_SUPERSAMPLING = 8
_WORDS = "an edge is sharp where light turns dark within one pixel and soft where it takes many".split()


def versions(image, rng):
    """A sharp photograph and what may befall it, sharp ones first: (name, uint8 (H, W, 3))."""
    yield "sharp", image
    yield "sharp, noise", _noisy(image, rng)
    yield "sharp, half size", cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    yield "sharp, JPEG 50", cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    for radius in (1, 2, 4):
        yield f"disc {radius}", disc(image, radius)
    for length in (9, 21):
        yield f"motion {length}", blurred(image, motion_kernel(length, rng.uniform(0, np.pi)))
    yield "disc 3, noise", _noisy(disc(image, 3), rng)


def disc(image, radius):
    """The photograph out of focus: uint8 (H, W, 3) through a disc of a radius in px."""
    return blurred(image, aperture_kernel(2 * radius)) if radius else image


def blurred(image, kernel):
    """uint8 (H, W, 3) through a kernel of sum 1."""
    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def motion_kernel(length, angle):
    """The path of a point that moves evenly: a line one px wide, `length` px long, at an angle in radians."""
    size = 2 * int(np.ceil(length / 2)) + 3
    points = np.mgrid[: size * _SUPERSAMPLING, : size * _SUPERSAMPLING] + 0.5
    along, across = points / _SUPERSAMPLING - size / 2
    cos, sin = np.cos(angle), np.sin(angle)
    inside = (np.abs(across * cos + along * sin) <= length / 2) & (np.abs(along * cos - across * sin) <= 0.5)
    kernel = cv2.resize(inside.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return kernel / kernel.sum()


def text_page(height=2339, width=1654, letter=28):
    """A printed page, uint8 (height, width, 3), with lines of a letter height in px."""
    page = np.full((height, width, 3), 255, np.uint8)
    scale, thick = letter / 30, max(1, round(letter / 14))
    rows = range(3 * letter, height - 2 * letter, round(1.5 * letter))
    text = " ".join(_WORDS * 9)
    for number, row in enumerate(rows):
        place, start = (3 * letter, row), 7 * number % 80
        line = text[start : start + round(1.1 * width / letter)]
        cv2.putText(page, line, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (25,) * 3, thick, cv2.LINE_AA)
    return page


def _noisy(image, rng):
    noise = rng.normal(0, _NOISE, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
