"""Photographs that are sharp all over or blurred all over: what share of them does a model call in focus?"""

import numpy as np

from dbdgan_tf.data.layouts import find_unlabelled
from dbdgan_tf.data.synthesis.lens import Layer, aperture_kernel, render, take_picture, to_linear
from dbdgan_tf.photo import read_image
from dbdgan_tf.text_file import read_text

GROUPS = ("sharp", "blurred")
SMALLEST_BLUR, LARGEST_BLUR = 5.0, 25.0
_REFERENCE_WIDTH = 320
_BLADES = (0, 5, 6, 7, 8)


def read_groups(path, names=GROUPS):
    """Dict group -> stems of a list of lines `GROUP STEM`; # begins a comment.

    Each of `names` needs photographs, and no two may share one. None allows any names, and sharing.
    """
    groups = {name: [] for name in names or ()}
    for line in read_text(path).splitlines():
        words = line.split("#")[0].split()
        if words and (len(words) != 2 or (names and words[0] not in names)):
            allowed = ", ".join(f"'{name} STEM'" for name in names or ("GROUP",))
            raise ValueError(f"{path}: bad line. Received: {line!r}. Allowed: {allowed}.")
        if words:
            groups.setdefault(words[0], []).append(words[1])
    among = [[stem for group in groups.values() for stem in group]] if names else groups.values()
    doubles = sorted({stem for stems in among for stem in stems if stems.count(stem) > 1})
    if doubles or not groups or not all(groups.values()):
        told = ", ".join(f"{len(stems)} {name}" for name, stems in groups.items()) or "none"
        raise ValueError(
            f"{path}: every group needs photographs, none twice. Received: {told}, twice: {doubles}."
        )
    return groups


def blur_photograph(image, blur_circle, blades, rng):
    """Takes a photograph again, out of focus by a circle in px at a width of 320 px; noise comes last."""
    height, width = image.shape[:2]
    whole = np.ones((height, width), np.float32)
    layer = Layer(to_linear(image), whole, blur_circle * width / _REFERENCE_WIDTH)
    light, _ = render([layer], lambda diameter: aperture_kernel(diameter, blades))
    return take_picture(light, rng, low_light=0.0)


def uniform_photographs(folder, groups):
    """Yields (stem, group, image), blurred with circles from 5 to 25 px at width 320 in the list's order."""
    files = {sample.stem: sample.image for sample in find_unlabelled(folder)}
    missing = sorted(stem for stems in groups.values() for stem in stems if stem not in files)
    if missing:
        raise ValueError(f"{folder} lacks {len(missing)} listed photographs. Received: {missing[:5]}.")
    for stem in groups["sharp"]:
        yield stem, "sharp", read_image(files[stem])
    circles = np.linspace(SMALLEST_BLUR, LARGEST_BLUR, len(groups["blurred"]))
    for number, (stem, circle) in enumerate(zip(groups["blurred"], circles, strict=True)):
        rng = np.random.default_rng((0, number))
        blades = int(rng.choice(_BLADES))
        yield stem, "blurred", blur_photograph(read_image(files[stem]), circle, blades, rng)


def in_focus_shares(photographs, predict):
    """Dict group -> stem -> share called in focus, worst first, of photographs by `predict`, image -> map."""
    shares = {group: {} for group in GROUPS}
    for stem, group, image in photographs:
        shares[group][stem] = float((predict(image) < 0.5).mean())
    for group, found in shares.items():
        shares[group] = dict(sorted(found.items(), key=lambda item: item[1], reverse=group == "blurred"))
    return shares
