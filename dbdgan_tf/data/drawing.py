"""Which samples a batch is made of, by seed, epoch and step alone; and which photographs belong together."""

import functools
import hashlib
import re
from collections import Counter

import numpy as np

_FOCUS = re.compile(r"[_-](near|far)$", re.IGNORECASE)


class EpochDrawing:
    """Every epoch goes through all samples in a new order; more steps than it has batches repeat it."""

    def __init__(self, count, batch_size, seed=0, shuffle=True, drop_remainder=True, steps=0):
        self.count, self.batch_size, self.seed, self.shuffle = count, batch_size, seed, shuffle
        full, rest = divmod(count, batch_size)
        self._batches = full if drop_remainder or not rest else full + 1
        self.steps = steps if steps and self._batches else self._batches

    def indices(self, epoch, step):
        """The samples of one batch, int array (B,)."""
        first = step % self._batches * self.batch_size
        return self._order(epoch)[first : first + self.batch_size]

    @functools.lru_cache(maxsize=2)  # noqa: B019
    def _order(self, epoch):
        order = np.arange(self.count)
        if self.shuffle:
            np.random.default_rng([self.seed, epoch]).shuffle(order)
        return order


class ShareDrawing:
    """Batches to which several sources, whose samples follow one another, give samples by whole shares.

    At every moment of a run each source has given its share to within one sample, and has gone through all of
    its samples, in a random order, before any comes again.
    """

    def __init__(self, counts, shares, batch_size, seed=0, steps=0):
        self.counts, self.batch_size, self.seed = tuple(counts), batch_size, seed
        self.steps = steps or sum(counts) // batch_size
        self._firsts = np.concatenate([[0], np.cumsum(counts)])
        self._pattern = _spread(shares)
        self._per_period = tuple(shares)

    def indices(self, epoch, step):
        """The samples of one batch, int array (B,)."""
        first = (epoch * self.steps + step) * self.batch_size
        return np.array([self._sample(first + place) for place in range(self.batch_size)])

    def drawn(self, epoch):
        """How many samples every source gives in an epoch, a tuple of ints."""
        slots = np.arange(self.steps * self.batch_size) + epoch * self.steps * self.batch_size
        sources = np.array(self._pattern)[slots % len(self._pattern)]
        return tuple(int((sources == source).sum()) for source in range(len(self.counts)))

    def _sample(self, slot):
        period, place = divmod(slot, len(self._pattern))
        source = self._pattern[place]
        turn = period * self._per_period[source] + self._pattern[:place].count(source)
        rounds, position = divmod(turn, self.counts[source])
        return self._firsts[source] + self._order(source, rounds)[position]

    @functools.lru_cache(maxsize=32)  # noqa: B019
    def _order(self, source, rounds):
        return np.random.default_rng([self.seed, source, rounds]).permutation(self.counts[source])


def _spread(shares):
    """One period of sources in which each comes as often as its share, spread as evenly as can be."""
    total, owed, pattern = sum(shares), [0] * len(shares), []
    for _ in range(total):
        owed = [debt + share for debt, share in zip(owed, shares)]
        source = owed.index(max(owed))
        owed[source] -= total
        pattern.append(source)
    return tuple(pattern)


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
