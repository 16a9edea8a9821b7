"""The thin lens, layers in depth seen through it, which pixels are out of focus, and the camera's picture."""

import dataclasses

import cv2
import numpy as np

_SUPERSAMPLING = 16
# OpenCV also fills what a polygon's outline touches, which widens it by this many subpixels on every side.
_OUTLINE = 0.4
_LEVELS = 8
_COARSE = 4
_GAMMA = 2.2
_TO_LINEAR = ((np.arange(256) / 255.0) ** _GAMMA).astype(np.float32)


@dataclasses.dataclass(frozen=True)
class ThinLens:
    """A lens focused at one distance, in m, beyond its focal length, in mm.

    `f_number` is focal length over aperture; the widths are of the sensor, in mm, and of the picture, in px.
    """

    focal_length: float = 50.0
    f_number: float = 2.0
    focus_distance: float = 2.0
    sensor_width: float = 36.0
    image_width: int = 320

    def circle_of_confusion(self, depth):
        """Diameter in px of the blur disc, c = (f / N) * |d - s| / d * f / (s - f), at depths d in m."""
        depth = np.asarray(depth, np.float64)
        focus = 1000.0 * self.focus_distance
        aperture = self.focal_length / self.f_number
        # |d - s| / d, written so that an infinite depth gives 1.
        relative = np.abs(1.0 - self.focus_distance / depth)
        diameter = aperture * relative * self.focal_length / (focus - self.focal_length)
        return diameter * self.image_width / self.sensor_width

    def with_blur(self, depth, diameter):
        """The same lens with the f-number that smears a depth over a given diameter in px."""
        factor = float(self.circle_of_confusion(depth)) / diameter
        return dataclasses.replace(self, f_number=self.f_number * factor)


def aperture_kernel(diameter, blades=0, rotation=0.0):
    """The picture of a point out of focus: a disc, or the polygon that an iris with few blades makes.

    `diameter` in px is that of the disc, or of the disc of equal area; `blades` is 0 or the number of
    corners, at least 3, turned by `rotation` radians. Returns float32 (K, K), K odd, of sum 1; up to 1 px one
    pixel.
    """
    if diameter <= 1.0:
        return np.ones((1, 1), np.float32)
    radius = diameter / 2.0
    corners = blades or 64
    # The circumscribed radius of a polygon with the disc's area.
    radius *= np.sqrt(2 * np.pi / (corners * np.sin(2 * np.pi / corners)))
    size = 2 * int(np.ceil(radius)) + 1
    angles = rotation + 2 * np.pi * np.arange(corners) / corners
    centre = (size * _SUPERSAMPLING - 1) / 2.0
    outline = radius * _SUPERSAMPLING - _OUTLINE
    points = centre + outline * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    canvas = np.zeros((size * _SUPERSAMPLING,) * 2, np.float32)
    # OpenCV takes corners in 1/256 px as whole numbers.
    cv2.fillConvexPoly(canvas, np.rint(points * 256).astype(np.int32), 1.0, cv2.LINE_8, shift=8)
    kernel = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return kernel / kernel.sum()


@dataclasses.dataclass(frozen=True)
class Layer:
    """Something flat in linear light; `alpha` (H, W) says where. `diameter` (H, W): a plane that recedes."""

    image: np.ndarray
    alpha: np.ndarray
    diameter: float | np.ndarray


def render(layers, kernel):
    """Composites layers, farthest first, each blurred by its own circle of confusion; the first is opaque.

    A blurred object in front lets the scene behind it shine through its edges; a sharp object in front keeps
    its edges, and the scene behind it is blurred without taking up the object's colours. Returns the light
    and the circle of confusion (H, W) of what covers most of each pixel.
    """
    image = diameters = None
    for layer in layers:
        blurred, alpha = _blur(layer, kernel)
        if image is None:
            image, diameters = blurred, np.broadcast_to(np.float32(layer.diameter), alpha.shape).copy()
            continue
        image = blurred + (1 - alpha[..., None]) * image
        diameters = np.where(alpha > 0.5, np.float32(layer.diameter), diameters)
    return image, diameters


def blur_mask(diameters, threshold, soft=False):
    """uint8 (H, W), 255 above a threshold in px; soft: from 0 at half of it to 255 at one and a half."""
    if not soft:
        return np.where(diameters > threshold, 255, 0).astype(np.uint8)
    return np.rint(np.clip(diameters / threshold - 0.5, 0, 1) * 255).astype(np.uint8)


def fill_behind(image, alpha):
    """Guesses what is behind an object (where alpha is 1): its surroundings, spread inwards."""
    known = (cv2.dilate(alpha, np.ones((5, 5), np.uint8)) < 0.05).astype(np.float32)
    coarse = tuple(-(-side // _COARSE) for side in reversed(alpha.shape))
    # What is behind is mostly hidden or blurred, so a quarter of the resolution is enough.
    weighted = np.dstack([image * known[..., None], known])
    total = cv2.resize(weighted, coarse, interpolation=cv2.INTER_AREA)
    filled = total.copy()
    for size in (3, 9, 33, 129):
        spread = cv2.blur(total, (size, size), borderType=cv2.BORDER_REFLECT)
        new = (filled[..., 3] < 0.05) & (spread[..., 3] > 1e-3)
        filled[new] = spread[new] / spread[new][:, 3:]
    light = filled[..., :3] / np.maximum(filled[..., 3:], 1e-3)
    behind = cv2.resize(light, alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None] > 0, image, behind)


def _blur(layer, kernel):
    """The layer's light, already weighted by its alpha, and its alpha."""
    if np.ndim(layer.diameter):
        return _blur_receding(layer, kernel), layer.alpha
    weighted = np.dstack([layer.image * layer.alpha[..., None], layer.alpha])
    filtered = _filter(weighted, kernel(float(layer.diameter)))
    return filtered[..., :3], filtered[..., 3]


def _blur_receding(layer, kernel):
    """Blurs by several diameters and blends the two nearest at every pixel."""
    levels = np.linspace(0.0, max(1.0, float(layer.diameter.max())), _LEVELS)
    stack = np.stack([_filter(layer.image, kernel(float(level))) for level in levels])
    position = np.clip(layer.diameter / levels[1], 0, _LEVELS - 1.001)
    lower = position.astype(np.int64)
    share = (position - lower).astype(np.float32)[..., None]
    rows, columns = np.indices(lower.shape, sparse=True)
    return stack[lower, rows, columns] * (1 - share) + stack[lower + 1, rows, columns] * share


def _filter(image, kernel):
    if kernel.size == 1:
        return image
    return cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def to_linear(image):
    """uint8 picture to linear light, float32 0..1."""
    return _TO_LINEAR[image]


def take_picture(light, rng, low_light=0.3, compression=0.7):
    """Exposes linear light, adds noise and compresses: after the blur, so that these stay sharp."""
    dark = rng.random() < low_light
    exposure = rng.uniform(0.15, 0.6) if dark else rng.uniform(0.85, 1.1)
    shot, read = (rng.uniform(1e-4, 3e-3), rng.uniform(1e-3, 1e-2)) if dark else (rng.uniform(0, 3e-4), 1e-3)
    light = np.clip(light * exposure, 0.0, 1.0)
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    light = light + noise * np.sqrt(shot * light + read**2)
    # A phone brightens what it took in the dark, and the noise with it.
    light = light * (rng.uniform(1.0, 1 / exposure) if dark else 1.0)
    picture = np.rint(255.0 * np.clip(light, 0.0, 1.0) ** (1 / _GAMMA)).astype(np.uint8)
    if rng.random() >= compression:
        return picture
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))])
    return cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
