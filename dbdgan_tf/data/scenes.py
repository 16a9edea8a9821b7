"""Photographs of one scene focused near and far, and folds that never part them."""

import hashlib
import re
from collections import Counter

_FOCUS = re.compile(r"[_-](near|far)$", re.IGNORECASE)


def scene_of(stem):
    """The scene that a photograph shows: its stem without "_near" or "_far" at the end."""
    return _FOCUS.sub("", stem)


def only_pairs(stems):
    """Whether stems are those of scenes focused near and far and of nothing else."""
    photographs = Counter(scene_of(stem) for stem in set(stems) if _FOCUS.search(stem))
    return all(_FOCUS.search(stem) and photographs[scene_of(stem)] > 1 for stem in stems)


def draw(stem, salt=""):
    """A number in 0..1 that depends on a stem alone, so that nothing moves when photographs are added."""
    return int.from_bytes(hashlib.sha256((salt + stem).encode()).digest()[:4], "big") / 2**32


def fold_of(stem, folds):
    """The fold of a photograph, 0..folds - 1, by its scene's name alone."""
    return int(draw(scene_of(stem), "fold ") * folds)
