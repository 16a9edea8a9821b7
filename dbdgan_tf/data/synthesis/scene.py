"""Makes up scenes: what stands where, what the lens is focused on, how far the rest is out of focus."""

import dataclasses

import cv2
import numpy as np

from dbdgan_tf.data.synthesis import lens as optics

# Kind of scene -> share. In "front" the object is sharp before a blurred background, in "back" the background
# is sharp behind a blurred object, in "middle" only the middle of three is sharp, "receding" is a plane that
# passes through focus.
SCENE_KINDS = {"front": 0.36, "back": 0.18, "middle": 0.12, "receding": 0.14, "sharp": 0.1, "blurred": 0.1}
_REFERENCE_WIDTH = 320
# Of the picture, of a region that may be an object.
_SMALLEST_SHARE, _LARGEST_SHARE = 0.04, 0.5


@dataclasses.dataclass(frozen=True)
class SynthesisConfig:
    """What synthetic scenes look like; circles of confusion are in px at a width of 320 px.

    Above `blur_threshold`, which scales with the width, a pixel counts as blurred: at 2 px people begin to
    see it at that size. A `soft_mask` rises smoothly around it. `plain`, `low_light` and `compression` are
    the probabilities of an object without texture, of a dark, noisy picture and of JPEG. `sharp` is the share
    of scenes that are sharp all over, 0..1; the other kinds of `SCENE_KINDS` divide the rest.
    """

    image_size: tuple[int, int] = (320, 320)
    blur_threshold: float = 2.0
    largest_blur: float = 28.0
    soft_mask: bool = False
    plain: float = 0.06
    low_light: float = 0.3
    compression: float = 0.7
    sharp: float = SCENE_KINDS["sharp"]

    def __post_init__(self):
        if not 0 <= self.sharp <= 1:
            raise ValueError(f"Wrong share of sharp scenes. Received: sharp={self.sharp}. Allowed: 0..1.")


@dataclasses.dataclass(frozen=True)
class Scene:
    """A synthetic photograph of one of SCENE_KINDS.

    image: uint8 (H, W, 3), RGB; mask: uint8 (H, W), 255 = blurred; diameters: float32 (H, W), circles of
    confusion in px.
    """

    image: np.ndarray
    mask: np.ndarray
    diameters: np.ndarray
    kind: str


def synthesize_scene(pool, rng, config=None, kind=None):
    """Makes a `Scene` from a `SourcePool` by a numpy Generator alone; `kind` None is drawn."""
    config = config or SynthesisConfig()
    rest = (1 - config.sharp) / (1 - SCENE_KINDS["sharp"])
    shares = {kind: share * rest for kind, share in SCENE_KINDS.items()} | {"sharp": config.sharp}
    kind = kind or str(rng.choice(list(shares), p=list(shares.values())))
    scale = config.image_size[1] / _REFERENCE_WIDTH
    pictures = _pictures(pool, rng, config, {"middle": 2, "receding": 0}.get(kind, int(rng.integers(1, 3))))
    if kind == "receding":
        diameters = [_receding(rng, config)]
    else:
        depths, lens = _focus(rng, kind, len(pictures), config)
        diameters = [lens.circle_of_confusion(depth) for depth in depths]
    layers = [optics.Layer(*picture, diameter) for picture, diameter in zip(pictures, diameters, strict=True)]
    blades, turn = int(rng.choice([0, 0, 5, 6, 7, 8])), rng.uniform(0, np.pi)
    light, blur = optics.render(layers, lambda diameter: optics.aperture_kernel(diameter, blades, turn))
    image = optics.take_picture(light, rng, config.low_light, config.compression)
    return Scene(image, optics.blur_mask(blur, config.blur_threshold * scale, config.soft_mask), blur, kind)


def _pictures(pool, rng, config, objects):
    """(light, alpha) of the background and of some objects, back to front."""
    size = config.image_size
    image, regions = pool.crop(rng, size)
    light = optics.to_linear(image)
    # White areas may be brighter than white, as lamps and reflections are, so that they turn into discs.
    light = light * (1 + rng.uniform(0, 4) * (light.min(axis=-1, keepdims=True) > 0.93))
    pictures = [(light, np.ones(size, np.float32))]
    for number in range(objects):
        # Only the first, as a second might be the same object, just before itself.
        own = number == 0 and regions is not None and rng.random() < 0.7
        shape = region_shape(rng, regions) if own else None
        if shape is not None:
            # An object of the photograph itself steps out of it; what it hid is guessed.
            pictures[0] = (optics.fill_behind(pictures[0][0], shape), pictures[0][1])
            pictures.append((light, shape))
        else:
            pictures.append(_cut_out(pool, rng, size))
        if rng.random() < config.plain:
            pictures[-1] = (_plain(rng, size), pictures[-1][1])
    return pictures


def _cut_out(pool, rng, size):
    image, regions = pool.crop(rng, size)
    shape = None if regions is None else region_shape(rng, regions)
    return optics.to_linear(image), random_shape(rng, size) if shape is None else shape


def _plain(rng, size):
    """A smooth run from one colour to another, in linear light."""
    ends = rng.uniform(0.02, 0.9, (2, 1, 1, 3)).astype(np.float32)
    rows, columns = np.mgrid[0 : 1 : size[0] * 1j, 0 : 1 : size[1] * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    along = 0.5 + 0.5 * (np.cos(turn) * (columns - 0.5) + np.sin(turn) * (rows - 0.5))
    return ends[0] + along[..., None].astype(np.float32) * (ends[1] - ends[0])


def _focus(rng, kind, count, config):
    """Depths in m of the layers, back to front, and a lens that puts the right ones out of focus."""
    scale = config.image_size[1] / _REFERENCE_WIDTH
    lens = optics.ThinLens(
        focal_length=float(rng.choice([26.0, 35.0, 50.0, 85.0])),
        focus_distance=_log_uniform(rng, 0.5, 5.0),
        image_width=config.image_size[1],
    )
    focus = lens.focus_distance
    near, far = focus * rng.uniform(0.35, 0.65), focus * rng.uniform(2.0, 10.0)
    blurred = _log_uniform(rng, 2 * config.blur_threshold, config.largest_blur) * scale
    objects = count - 1
    if kind == "front":
        # A second object stands between; blur is linear in 1 / depth: at least 0.6 of the background's.
        between = 1 / (1 / focus - rng.uniform(0.6, 1.0) * (1 / focus - 1 / far))
        return [far, *[between] * (objects - 1), focus], lens.with_blur(far, blurred)
    if kind == "back":
        return [focus, *[near] * objects], lens.with_blur(near, blurred)
    if kind == "middle":
        near = 1 / (1 / focus + rng.uniform(0.7, 1.3) * (1 / focus - 1 / far))
        return [far, focus, near], lens.with_blur(far, blurred)
    if kind == "sharp":
        depths = [far, *[focus] * objects]
        return depths, lens.with_blur(far, rng.uniform(0.05, 0.35) * config.blur_threshold * scale)
    side = [far, far * 0.8, far * 0.7] if rng.random() < 0.6 else [near, near * 0.9, near * 0.8]
    return side[:count], lens.with_blur(max(side) if side[0] == near else min(side), blurred)


def _log_uniform(rng, lowest, highest):
    return float(np.exp(rng.uniform(np.log(lowest), np.log(highest))))


def _receding(rng, config):
    """Circle of confusion of the ground: near at the bottom, far at the top, flat beyond the horizon."""
    height, width = config.image_size
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    # In the picture of any plane 1 / depth is linear, and blur is linear in the difference of 1 / depth.
    inverse = np.maximum(rows + rng.uniform(-0.3, 0.3) * (columns - 0.5) - rng.uniform(-0.4, 0.2), 0.0)
    in_focus = inverse[int(rng.uniform(0.1, 1.0) * (height - 1)), width // 2]
    largest = _log_uniform(rng, 2.5 * config.blur_threshold, 0.6 * config.largest_blur)
    distance = np.abs(inverse - in_focus)
    return largest * width / _REFERENCE_WIDTH * distance / distance.max()


def random_shape(rng, size):
    """An object's alpha, float32: a smooth blob, an ellipse or a tilted box, often cut off by the border."""
    height, width = size
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    kind = rng.choice(["blob", "ellipse", "box"], p=[0.6, 0.2, 0.2])
    if kind == "box":
        radius = 1 / np.maximum(np.abs(np.cos(angles)), np.abs(np.sin(angles)))
    else:
        radius = np.ones_like(angles)
    if kind == "blob":
        for order in range(2, 7):
            radius += rng.normal(0, 0.5 / order) * np.cos(order * angles + rng.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.3) * np.sqrt(rng.uniform(0.06, 0.35) * height * width / np.pi)
    aspect, turn = np.exp(rng.uniform(-0.5, 0.5)), rng.uniform(0, np.pi)
    x, y = radius * np.cos(angles) * aspect, radius * np.sin(angles) / aspect
    centre_x, centre_y = rng.uniform(0.2, 0.8) * width, rng.uniform(0.25, 0.95) * height
    across = centre_x + np.cos(turn) * x - np.sin(turn) * y
    down = centre_y + np.sin(turn) * x + np.cos(turn) * y
    points = np.stack([across, down], axis=-1)
    canvas = np.zeros((height, width), np.uint8)
    cv2.fillPoly(canvas, [np.rint(points * 256).astype(np.int32)], 255, cv2.LINE_AA, shift=8)
    return canvas.astype(np.float32) / 255


def region_shape(rng, regions):
    """One numbered region, or two that touch, as an object's alpha; None if none has a fitting size."""
    numbers, counts = np.unique(regions, return_counts=True)
    shares = counts / regions.size
    fitting = numbers[(shares > _SMALLEST_SHARE) & (shares < _LARGEST_SHARE)]
    if not len(fitting):
        return None
    shape = regions == rng.choice(fitting)
    if rng.random() < 0.3:
        ring = cv2.dilate(shape.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~shape
        together = shape | (regions == rng.choice(regions[ring])) if ring.any() else shape
        shape = together if together.mean() < _LARGEST_SHARE else shape
    return cv2.blur(shape.astype(np.float32), (3, 3))
