"""How sharp a photograph is and whether its subject is in focus, whatever its number of pixels."""

import dataclasses

import cv2
import numpy as np

from dbdgan_tf.photo import resize

# Everything is measured with the long side at this many px, so that a photograph and its thumbnail agree.
STANDARD_SIDE = 640
# Widths of edges (standard deviation, px at the standard size): of a perfect one there, and of the test blur.
_PERFECT_EDGE, _TEST_BLUR = 0.6, 1.0
_WINDOW, _STEP = 32, 16
# Squared gradients (grey levels 0..255): the most that counts as noise, and the least that tells of texture.
_NOISE_LIMIT, _TEXTURE_ENERGY = 4.0, 8.0
_TEXTURED_SHARE, _SHARPEST_SHARE = 0.02, 0.02
# A subject fills a quarter of each side; half way to a corner it counts 4/5, in a corner 1/3.
_MAP_SIDE, _SUBJECT_SIDE, _CENTRE_SIGMA = 64, 16, 0.35


@dataclasses.dataclass(frozen=True)
class Score:
    """Scores of one photograph, all 0..1 and independent of its resolution.

    Attributes:
        in_focus_share: Share of the pixels that are in focus.
        sharpness: Of the sharpest region: 1 = edges as thin as 640 px allow, 0.5 = twice as wide.
        subject_focus: In-focus share of the best place for a subject, centre-weighted, or of the region
            asked for.
        uncertain: True for flat pictures (sky, wall, fog), where nothing tells sharp from blurred.
    """

    in_focus_share: float
    sharpness: float
    subject_focus: float
    uncertain: bool

    def verdict(self, sharp_from=0.5):
        """The word for it: "sharp", "soft" or "uncertain"."""
        if self.uncertain:
            return "uncertain"
        return "sharp" if self.subject_focus >= sharp_from else "soft"


def score_photo(pixels, blur_map, roi=None):
    """Scores one photograph.

    Args:
        pixels: uint8 (H, W, 3) RGB, the long side at least `STANDARD_SIDE` if the photograph's is.
        blur_map: float32 (h, w) in 0..1 of any size.
        roi: Optional (x, y, width, height) of the subject in shares 0..1 of the photograph's sides.

    Returns:
        A `Score`.
    """
    sharpness, textured = window_sharpness(standard_grey(pixels))
    focus = np.clip(1 - resize(blur_map, sharpness.shape), 0, 1)
    found = np.sort((sharpness * focus)[textured])[::-1]
    best = found[: max(1, round(_SHARPEST_SHARE * sharpness.size))]
    return Score(
        in_focus_share=float((blur_map < 0.5).mean()),
        sharpness=float(best.mean()) if best.size else 0.0,
        subject_focus=subject_focus(blur_map, roi),
        uncertain=bool(textured.mean() < _TEXTURED_SHARE),
    )


def standard_grey(pixels):
    """Grey float32 picture of uint8 (H, W, 3) RGB with its long side at `STANDARD_SIDE` px."""
    height, width = pixels.shape[:2]
    scale = STANDARD_SIDE / max(height, width)
    size = tuple(max(1, round(side * scale)) for side in (height, width))
    return cv2.cvtColor(resize(pixels, size), cv2.COLOR_RGB2GRAY).astype(np.float32)


def window_sharpness(grey):
    """How thin the edges in each window are.

    The squared gradient of a Gaussian edge of width s falls with 1/s; blurring it once more, by t, changes it
    by the factor s / sqrt(s^2 + t^2), from which s follows whatever the contrast.

    Args:
        grey: float32 (H, W), 0..255.

    Returns:
        (sharpness, textured): float32 in 0..1 and bool, one value for every window of 32 px, 16 px apart.

    Source:
        Zhuo and Sim, "Defocus map estimation from a single image", 2011, section 3, with energies of windows
        in place of single edges.
    """
    energy = _windows(_gradient_energy(grey))
    # The flattest windows show the noise, of which the test blur leaves next to nothing.
    energy = energy - min(_NOISE_LIMIT, float(np.percentile(energy, 10)))
    blurred = cv2.GaussianBlur(grey, (0, 0), _TEST_BLUR, borderType=cv2.BORDER_REFLECT_101)
    textured = energy > _TEXTURE_ENERGY
    ratio = np.clip(_windows(_gradient_energy(blurred)) / np.where(textured, energy, 1), 1e-3, 1 - 1e-6)
    width = _TEST_BLUR * ratio / np.sqrt(1 - ratio * ratio)
    return np.where(textured, np.minimum(1, _PERFECT_EDGE / width), 0).astype(np.float32), textured


def subject_focus(blur_map, roi=None):
    """In-focus share, 0..1, of the subject.

    Without a region, the place of a quarter of each side where the photograph is most in focus, with less
    weight the farther it is from the centre: a soft background costs nothing.

    Args:
        blur_map: float32 (h, w) in 0..1.
        roi: As for `score_photo`.
    """
    if roi is not None:
        height, width = blur_map.shape
        left, top = min(int(roi[0] * width), width - 1), min(int(roi[1] * height), height - 1)
        right, bottom = round((roi[0] + roi[2]) * width), round((roi[1] + roi[3]) * height)
        return float(1 - blur_map[top : max(bottom, top + 1), left : max(right, left + 1)].mean())
    focus = np.clip(1 - resize(blur_map, (_MAP_SIDE, _MAP_SIDE)), 0, 1)
    places = cv2.boxFilter(focus, -1, (_SUBJECT_SIDE, _SUBJECT_SIDE), anchor=(0, 0))
    count = _MAP_SIDE - _SUBJECT_SIDE + 1
    distance = (np.arange(count) - (count - 1) / 2) / _MAP_SIDE
    weight = np.exp(-(distance**2) / (2 * _CENTRE_SIGMA**2))
    return float((places[:count, :count] * np.outer(weight, weight)).max())


def relative_roi(roi, full_size):
    """(x, y, width, height) in px, or in shares where none exceeds 1, as shares of the photograph.

    Raises:
        ValueError: If nothing of the region lies in the photograph.
    """
    height, width = full_size
    scale = (1, 1, 1, 1) if max(roi) <= 1 else (width, height, width, height)
    x, y, across, down = (value / side for value, side in zip(roi, scale, strict=True))
    if not (0 <= x < 1 and 0 <= y < 1 and across > 0 and down > 0):
        text = ",".join(f"{value:g}" for value in roi)
        raise ValueError(f"the region {text} lies outside of the photograph, {width} x {height}")
    return x, y, min(across, 1 - x), min(down, 1 - y)


def _gradient_energy(grey):
    across = np.diff(grey, axis=1, append=grey[:, -1:])
    down = np.diff(grey, axis=0, append=grey[-1:])
    return across * across + down * down


def _windows(plane):
    means = cv2.blur(plane, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT_101)
    start = [min(_STEP, side // 2) for side in plane.shape]
    return means[start[0] :: _STEP, start[1] :: _STEP]
