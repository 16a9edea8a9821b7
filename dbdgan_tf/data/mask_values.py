"""What the grey levels of a mask mean: blurred, in focus, or not to be counted."""

import numpy as np

IGNORED = 128


def in_between(mask):
    """The grey levels (1..254) of a uint8 mask other than black and white, ascending."""
    return (np.flatnonzero(np.bincount(mask.ravel(), minlength=256)[1:255]) + 1).tolist()


def counted_pixels(mask):
    """All pixels but those of level 128, if it is the only level in between; None where all count.

    Where there are other levels the mask is soft, and 128 is one degree of blur among many.
    """
    return mask != IGNORED if in_between(mask) == [IGNORED] else None
