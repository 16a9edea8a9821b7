"""What the grey levels of a mask mean: blurred, in focus, or not to be counted."""

import numpy as np

IGNORED = 128


def in_between(mask):
    """The grey levels of a mask other than black and white, ascending.

    Args:
        mask: uint8 array (H, W).

    Returns:
        List of ints in 1..254.
    """
    return (np.flatnonzero(np.bincount(mask.ravel(), minlength=256)[1:255]) + 1).tolist()


def counted_pixels(mask):
    """Which pixels of a mask count: all but those of level 128, if that is its only level in between.

    Where there are other levels the mask is soft, and 128 is one degree of blur among many.

    Args:
        mask: uint8 array (H, W).

    Returns:
        bool array (H, W), or None where every pixel counts.
    """
    return mask != IGNORED if in_between(mask) == [IGNORED] else None
