"""Evaluations of several methods, brought onto the images that all of them have."""

import dataclasses
from pathlib import Path

import numpy as np

from dbdgan_tf.evaluation.map_files import find_maps
from dbdgan_tf.metrics.scores import VALUE_NAMES

LOWER_IS_BETTER = ("mae",)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Several `EvaluationResult`s, the first under report, their common `positives` and `stems`."""

    results: tuple
    positives: tuple
    stems: tuple

    @classmethod
    def of(cls, results):
        """Builds the comparison; a ValueError of no result, two of one name, or nothing in common."""
        results = tuple(results)
        names = [result.name for result in results]
        if not results or len(set(names)) < len(names):
            raise ValueError(f"A comparison needs methods of different names. Received: {names}.")
        positives = tuple(key for key in results[0].classes if all(key in r.classes for r in results))
        if not positives:
            raise ValueError("The evaluations share no positive class; evaluate with --positive=both.")
        tables = [result.classes[positives[0]].stems for result in results]
        stems = tuple(stem for stem in tables[0] if all(stem in set(table) for table in tables[1:]))
        if not stems:
            raise ValueError(f"The evaluations have no image in common. Received: {names}.")
        return cls(results, positives, stems)

    @property
    def same_images(self):
        """Whether every method was evaluated on the same images."""
        return all(len(r.classes[self.positives[0]].stems) == len(self.stems) for r in self.results)

    def rows(self, positive, common, resamples=1000):
        """(name, metrics) of one class by method, if `common` over the images that all methods have."""
        tables = ((result.name, result.classes[positive]) for result in self.results)
        return [(name, (t.subset(self.stems) if common else t).metrics(resamples)) for name, t in tables]

    def curves(self, positive):
        """`Curves` by method name, over the common images."""
        return {r.name: r.classes[positive].subset(self.stems).curves() for r in self.results}

    def ranked(self, positive, sort_by="mae"):
        """The common images from the first method's best to its worst, by a per-image score."""
        if sort_by not in VALUE_NAMES:
            raise ValueError(f"Unknown per-image score. Received: {sort_by!r}. Allowed: {VALUE_NAMES}.")
        scores = self.results[0].classes[positive].subset(self.stems).values[sort_by]
        order = np.argsort(scores if sort_by in LOWER_IS_BETTER else -scores, kind="stable")
        return [self.stems[index] for index in order]

    def scores_of(self, stem, positive):
        """Per-image scores of one image: a dict of values for each method name."""
        found = {}
        for result in self.results:
            table = result.classes[positive]
            row = table.stems.index(stem)
            found[result.name] = {name: float(table.values[name][row]) for name in VALUE_NAMES}
        return found

    def image_files(self, stem):
        """The dict stem, image, mask, polarity of one image; a FileNotFoundError if the dataset has moved."""
        entry = next(image for image in self.results[0].images if image["stem"] == stem)
        for key in ("image", "mask"):
            if not Path(entry[key]).is_file():
                raise FileNotFoundError(f"The evaluated dataset has moved. Missing: {entry[key]}.")
        return entry

    def map_files(self):
        """For each method name a dict stem -> map file; empty where its maps were not kept."""
        kept = {r.name: r.maps_dir for r in self.results if r.maps_dir and Path(r.maps_dir).is_dir()}
        return {r.name: find_maps(kept[r.name]) if r.name in kept else {} for r in self.results}
