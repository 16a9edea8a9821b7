"""Maps of photographs by networks that never saw them."""

import dataclasses
from pathlib import Path

from dbdgan_tf.evaluation.predictors import averaged


@dataclasses.dataclass(frozen=True)
class OutOfFoldPredictor:
    """Averages, for every photograph, the maps of the networks that were not trained on it.

    `predictors` by network are of one input size, `trained_on` holds sets of stems.
    """

    predictors: dict
    trained_on: dict

    def missing(self, samples):
        """The samples that every network was trained on."""
        return [sample for sample in samples if not self._networks(sample)]

    def predict(self, samples):
        """As `ImagePredictor.predict`, but photographs of the same networks come together."""
        seen = self.missing(samples)
        if seen:
            raise ValueError(
                f"Every network was trained on {len(seen)} of the photographs. Received: "
                f"{', '.join(sample.stem for sample in seen[:5])}. Allowed: the networks of all folds."
            )
        groups = {}
        for sample in samples:
            groups.setdefault(self._networks(sample), []).append(sample)
        for networks, group in groups.items():
            yield from averaged([self.predictors[network] for network in networks]).predict(group)

    def _networks(self, sample):
        stem = Path(sample.stem).name
        return tuple(name for name, stems in self.trained_on.items() if stem not in stems)


def best_network(run):
    """PREFIX of the one network that a run's folder holds, or PREFIX itself."""
    if not Path(run).is_dir():
        return str(run)
    found = [
        str(Path(run) / name)
        for name in ("teacher_best", "student_best")
        if (Path(run) / f"{name}.json").is_file()
    ]
    if len(found) != 1:
        raise ValueError(
            f"A run's folder with one network, or its PREFIX, is needed. Received: {run} with {found}."
        )
    return found[0]
