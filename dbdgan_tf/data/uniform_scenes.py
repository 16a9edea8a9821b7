"""Photographs that are sharp all over or blurred all over: what share of them does a model call in focus?"""

import dataclasses

import numpy as np

from dbdgan_tf.data.layouts import find_unlabelled
from dbdgan_tf.data.synthesis.camera import take_picture, to_linear
from dbdgan_tf.data.synthesis.lens import aperture_kernel
from dbdgan_tf.data.synthesis.rendering import Layer, render
from dbdgan_tf.photo import read_image
from dbdgan_tf.text_file import read_text

GROUPS = ("sharp", "blurred")
SMALLEST_BLUR, LARGEST_BLUR = 5.0, 25.0
_REFERENCE_WIDTH = 320
_BLADES = (0, 5, 6, 7, 8)


@dataclasses.dataclass(frozen=True)
class UniformScene:
    """A photograph, sharp or blurred by a circle in px at width 320, and the share of it called in focus."""

    stem: str
    group: str
    blur_circle: float
    in_focus_share: float


def read_groups(path):
    """Dict group -> stems of a list of lines `sharp STEM` and `blurred STEM`; # begins a comment."""
    groups = {group: [] for group in GROUPS}
    for line in read_text(path).splitlines():
        words = line.split("#")[0].split()
        if words and (len(words) != 2 or words[0] not in GROUPS):
            raise ValueError(f"{path}: bad line. Received: {line!r}. Allowed: 'sharp STEM', 'blurred STEM'.")
        if words:
            groups[words[0]].append(words[1])
    stems = [stem for group in groups.values() for stem in group]
    doubles = sorted({stem for stem in stems if stems.count(stem) > 1})
    if doubles or not all(groups.values()):
        raise ValueError(
            f"{path}: both groups need photographs, none twice. Received: "
            f"{len(groups['sharp'])} sharp, {len(groups['blurred'])} blurred, twice: {doubles}."
        )
    return groups


def blur_photograph(image, blur_circle, blades=0, rng=None):
    """Takes a photograph again, out of focus by a circle in px at a width of 320 px; noise comes last."""
    height, width = image.shape[:2]
    whole = np.ones((height, width), np.float32)
    layer = Layer(to_linear(image), whole, blur_circle * width / _REFERENCE_WIDTH)
    light, _ = render([layer], lambda diameter: aperture_kernel(diameter, blades))
    return take_picture(light, rng or np.random.default_rng(0), low_light=0.0)


def uniform_photographs(folder, groups, seed=0):
    """Reads the photographs and blurs the second group, with circles from 5 to 25 px in the list's order.

    Yields (stem, group, blur circle in px at width 320, image).
    """
    files = {sample.stem: sample.image for sample in find_unlabelled(folder)}
    missing = sorted(stem for stems in groups.values() for stem in stems if stem not in files)
    if missing:
        raise ValueError(f"{folder} lacks {len(missing)} listed photographs. Received: {missing[:5]}.")
    for stem in groups["sharp"]:
        yield stem, "sharp", 0.0, read_image(files[stem])
    circles = np.linspace(SMALLEST_BLUR, LARGEST_BLUR, len(groups["blurred"]))
    for number, (stem, circle) in enumerate(zip(groups["blurred"], circles, strict=True)):
        rng = np.random.default_rng((seed, number))
        blades = int(rng.choice(_BLADES))
        yield stem, "blurred", float(circle), blur_photograph(read_image(files[stem]), circle, blades, rng)


def measure(photographs, predict):
    """`UniformScene`s of what `uniform_photographs` yields; `predict` maps an image to its blur map."""
    return [
        UniformScene(stem, group, circle, float((predict(image) < 0.5).mean()))
        for stem, group, circle, image in photographs
    ]


def mean_shares(scenes):
    """Dict group -> mean in-focus share, 0..1."""
    return {g: float(np.mean([s.in_focus_share for s in scenes if s.group == g])) for g in GROUPS}


def worst(scenes, group, count=5):
    """The scenes of a group on which the model is most wrong, worst first."""
    sign = 1 if group == "sharp" else -1
    chosen = [scene for scene in scenes if scene.group == group]
    return sorted(chosen, key=lambda scene: sign * scene.in_focus_share)[:count]
