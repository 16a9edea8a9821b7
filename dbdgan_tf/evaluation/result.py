"""What an evaluation returns: per-image scores, their summary, and the files and tables they become."""

import csv
import dataclasses
from pathlib import Path

import numpy as np

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.metrics.calibration import best_temperature, calibration_error, reliability
from dbdgan_tf.metrics.markdown import decimals, markdown_table
from dbdgan_tf.metrics.scores import POSITIVES, THRESHOLDS, VALUE_NAMES, f_measure
from dbdgan_tf.text_file import read_json

# max_f, the maximum of the mean curve, stands for the images' own maxima.
METRIC_NAMES = ("max_f", *VALUE_NAMES[1:])
_ARRAYS = ("stems", "precision", "recall", "shares")
_MEANS = tuple(name for name in METRIC_NAMES if name not in ("max_f", "f_050"))


@dataclasses.dataclass(frozen=True)
class Curves:
    """Precision, recall and F-measure at thresholds 0..255, averaged over images; each float64 (256,)."""

    precision: np.ndarray
    recall: np.ndarray
    f: np.ndarray


@dataclasses.dataclass(frozen=True)
class ClassScores:
    """The scores of n images, by stem, for one positive class, "blur" or "focus".

    precision and recall are float64 (n, 256) at thresholds 0..255, shares float64 (n, 2, 256) as of
    `calibration.level_shares`, values float64 (n,) for each of `scores.VALUE_NAMES`.
    """

    positive: str
    stems: tuple
    precision: np.ndarray
    recall: np.ndarray
    shares: np.ndarray
    values: dict

    @classmethod
    def stack(cls, positive, stems, scores):
        """Builds the table from one `ImageScores` per stem."""
        values = {name: np.array([score.values[name] for score in scores]) for name in VALUE_NAMES}
        tables = (np.stack([getattr(score, name) for score in scores]) for name in _ARRAYS[1:])
        return cls(positive, tuple(stems), *tables, values)

    def subset(self, stems):
        """Returns the same scores restricted to `stems`, in the order of `stems`."""
        position = {stem: index for index, stem in enumerate(self.stems)}
        return self.rows([position[stem] for stem in stems])

    def rows(self, indices):
        """Returns the same scores restricted to the images at `indices`, in that order."""
        values = {name: column[indices] for name, column in self.values.items()}
        tables = (getattr(self, name)[indices] for name in _ARRAYS[1:])
        return ClassScores(self.positive, tuple(self.stems[index] for index in indices), *tables, values)

    @classmethod
    def join(cls, parts):
        """The images of several tables of one positive class as one."""
        stems = tuple(stem for part in parts for stem in part.stems)
        values = {name: np.concatenate([part.values[name] for part in parts]) for name in VALUE_NAMES}
        tables = (np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS[1:])
        return cls(parts[0].positive, stems, *tables, values)

    def curves(self):
        """Averages precision and recall over images first; F is that of the averages (the field's max F)."""
        precision, recall = self.precision.mean(axis=0), self.recall.mean(axis=0)
        return Curves(precision, recall, f_measure(precision, recall))

    def mean(self, name):
        """The mean of one of `scores.VALUE_NAMES` over the images that have it; None if none has."""
        known = self.values[name][~np.isnan(self.values[name])]
        return float(known.mean()) if known.size else None

    def metrics(self, resamples=1000, seed=0):
        """JSON-ready: n, `METRIC_NAMES`, max_f_threshold (0..255), confidence_95 unless `resamples` is 0."""
        curve = self.curves().f
        metrics = {"positive": self.positive, "n": len(self.stems)}
        metrics |= {"max_f": float(curve.max()), "f_050": float(curve[128])}
        metrics |= {name: self.mean(name) for name in _MEANS}
        metrics["max_f_threshold"] = int(curve.argmax())
        metrics["calibration"] = self.calibration()
        if resamples:
            count, mae = len(self.stems), self.values["mae"]

            def best(weights):
                return f_measure(weights @ self.precision, weights @ self.recall).max(axis=1)

            bounds = {"max_f": confidence_interval(best, count, resamples, seed)}
            bounds["mae"] = confidence_interval(lambda weights: weights @ mae, count, resamples, seed)
            metrics["confidence_95"] = bounds | {"resamples": resamples, "seed": seed}
        return metrics

    def calibration(self):
        """Expected calibration error, as it is and at the best temperature, and the rows behind it."""
        shares = self.shares.mean(axis=0)
        temperature = best_temperature(shares)
        return {
            "error": calibration_error(shares),
            "temperature": temperature,
            "error_at_temperature": calibration_error(shares, temperature),
            "reliability": [[float(number) for number in row] for row in reliability(shares)],
        }


@dataclasses.dataclass(frozen=True)
class EvaluationResult:
    """The outcome of `evaluate`: `ClassScores` by positive class, one or both.

    `images` are dicts stem, image, mask, polarity (paths as text) of what was scored, `missing` the stems
    that were allowed to have no map; `maps_dir` is where the maps lie, if kept.
    """

    name: str
    classes: dict
    images: tuple = ()
    missing: tuple = ()
    maps_dir: str | None = None
    maps_polarity: str = "blur"

    @classmethod
    def join(cls, results):
        """The images of several results of one model as one; their maps stay where they are."""
        classes = {
            positive: ClassScores.join([result.classes[positive] for result in results])
            for positive in results[0].classes
        }
        images, missing = (sum((getattr(one, name) for one in results), ()) for name in ("images", "missing"))
        return cls(results[0].name, classes, images, missing)

    def metrics(self, resamples=1000, seed=0):
        """The summary of the one class, or a dict of both by class."""
        summaries = {key: scores.metrics(resamples, seed) for key, scores in self.classes.items()}
        return next(iter(summaries.values())) if len(summaries) == 1 else summaries

    def save(self, output_dir, resamples=1000, seed=0):
        """Writes metrics.json, which it returns, tables as .csv, three plots, and what a report reads."""
        from dbdgan_tf.evaluation import plots

        folder = Path(output_dir)
        self._save_scores(folder)
        self._save_tables(folder)
        curves = {key: scores.curves() for key, scores in self.classes.items()}
        plots.pr_figure(curves).savefig(folder / "pr_curve.png", dpi=120)
        plots.f_figure(curves).savefig(folder / "f_curve.png", dpi=120)
        metrics = self.metrics(resamples, seed)
        rows = {key: scores.calibration()["reliability"] for key, scores in self.classes.items()}
        plots.reliability_figure(rows).savefig(folder / "reliability.png", dpi=120)
        write_json(folder / "metrics.json", metrics)
        return metrics

    def _save_scores(self, folder):
        """Writes what `load` reads."""
        about = {"name": self.name, "images": list(self.images), "missing": list(self.missing)}
        about |= {"maps_dir": self.maps_dir, "maps_polarity": self.maps_polarity}
        write_json(folder / "evaluation.json", about)
        arrays = {}
        for key, scores in self.classes.items():
            columns = {name: getattr(scores, name) for name in _ARRAYS} | scores.values
            arrays |= {f"{key}/{name}": column for name, column in columns.items()}
        np.savez_compressed(folder / "scores.npz", **arrays)

    def _save_tables(self, folder):
        images, levels = [], []
        for key, scores in self.classes.items():
            curves = scores.curves()
            columns = (scores.values[name] for name in VALUE_NAMES)
            images += [(key, *row) for row in zip(scores.stems, *columns, strict=True)]
            columns = (curves.precision, curves.recall, curves.f)
            levels += [(key, *row) for row in zip(range(THRESHOLDS), *columns, strict=True)]
        _write_csv(folder / "per_image.csv", ("positive", "stem", *VALUE_NAMES), images)
        head = ("positive", "threshold", "precision", "recall", "f_measure")
        _write_csv(folder / "curves.csv", head, levels)

    @classmethod
    def load(cls, folder):
        """Reads a folder that `save` wrote; a FileNotFoundError if it is no such folder."""
        folder = Path(folder)
        if not (folder / "scores.npz").is_file() or not (folder / "evaluation.json").is_file():
            raise FileNotFoundError(
                f"Not an evaluation folder. Received: {str(folder)!r}. "
                "Allowed: a folder written by `python -m trainers.evaluate --output_dir`."
            )
        about = read_json(folder / "evaluation.json")
        classes = {}
        with np.load(folder / "scores.npz") as arrays:
            for key in POSITIVES:
                if f"{key}/stems" in arrays:
                    values = {name: arrays[f"{key}/{name}"] for name in VALUE_NAMES}
                    stems, *tables = (arrays[f"{key}/{name}"] for name in _ARRAYS)
                    classes[key] = ClassScores(key, tuple(map(str, stems)), *tables, values)
        images, missing = tuple(about.pop("images")), tuple(about.pop("missing"))
        # The folder may have been copied from another machine, its kept maps with it.
        if (folder / "maps").is_dir():
            about["maps_dir"] = str((folder / "maps").absolute())
        return cls(classes=classes, images=images, missing=missing, **about)


def _write_csv(path, head, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows((key, name, *(f"{value:.6f}" for value in row)) for key, name, *row in rows)


def confidence_interval(statistic, count, resamples=1000, seed=0):
    """[low, high] of the 95 % percentile bootstrap interval of a statistic of a weighted mean over images.

    `statistic` maps weights (B, count), rows of sum 1, to (B,) values (Efron and Tibshirani, 1993, chapter
    13).
    """
    draws = np.random.default_rng(seed).integers(0, count, (resamples, count))
    flat = (draws + count * np.arange(resamples)[:, None]).ravel()
    weights = np.bincount(flat, minlength=resamples * count).reshape(resamples, count) / count
    return [float(bound) for bound in np.percentile(statistic(weights), (2.5, 97.5))]


def format_table(rows):
    """Formats (name, metrics) pairs, metrics as `ClassScores.metrics` returns them, as a Markdown table."""
    head = ["", "positive", "n", *METRIC_NAMES, "threshold", "max_f 95 %", "mae 95 %"]
    return markdown_table(head, [_cells(name, metrics) for name, metrics in rows])


def _cells(name, metrics):
    bounds = metrics.get("confidence_95", {})
    return [
        name, metrics["positive"], str(metrics["n"]), *(decimals(metrics[key]) for key in METRIC_NAMES),
        str(metrics["max_f_threshold"]),
        *("{:.3f}-{:.3f}".format(*bounds[key]) if key in bounds else "" for key in ("max_f", "mae")),
    ]  # fmt: skip
