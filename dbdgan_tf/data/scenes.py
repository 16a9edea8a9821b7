"""Photographs of one scene focused near and far, and folds that never part them."""

import hashlib
import re

_FOCUS = re.compile(r"[_-](near|far)$", re.IGNORECASE)


def scene_of(stem):
    """The scene that a photograph shows: its stem without "_near" or "_far" at the end."""
    return _FOCUS.sub("", stem)


def in_pairs(stems):
    """The stems whose scene is there focused near and far, a set."""
    focused = {}
    for stem in stems:
        if _FOCUS.search(stem):
            focused.setdefault(scene_of(stem), set()).add(stem)
    return {stem for group in focused.values() if len(group) > 1 for stem in group}


def only_pairs(stems):
    """Whether stems are those of scenes focused near and far and of nothing else."""
    return set(stems) == in_pairs(stems)


def draw(stem, salt=""):
    """A number in 0..1 that depends on a stem alone, so that nothing moves when photographs are added."""
    return int.from_bytes(hashlib.sha256((salt + stem).encode()).digest()[:4], "big") / 2**32


def fold_of(stem, folds):
    """The fold of a photograph, 0..folds - 1, by its scene's name alone."""
    return int(draw(scene_of(stem), "fold ") * folds)
