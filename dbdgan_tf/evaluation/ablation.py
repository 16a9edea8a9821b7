"""What each term buys: one short distillation per overlay of a recipe, judged on the same photographs."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from dbdgan_tf.data.drawing import only_pairs
from dbdgan_tf.evaluation.evaluator import evaluate
from dbdgan_tf.evaluation.model_predictors import model_predictor
from dbdgan_tf.evaluation.result import EvaluationResult, confidence_interval
from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.metrics.scores import f_measure
from dbdgan_tf.text_file import read_json, read_text


@dataclasses.dataclass(frozen=True)
class Overlay:
    """A file of flags; its name is the file's, without the number that orders the rows."""

    path: Path
    name: str
    title: str
    over: str | None


def read_overlay(path):
    """Reads an `Overlay`; a ValueError if its first line is not "# TITLE" or "# TITLE, over NAME"."""
    first = read_text(path).partition("\n")[0]
    match = re.fullmatch(r"# (.+?)(?:, over (\w+))?", first)
    if not match:
        raise ValueError(f"{path}: Received: {first!r}. Allowed: '# TITLE' or '# TITLE, over NAME'.")
    return Overlay(Path(path), re.sub(r"^\d+_", "", Path(path).stem), match[1], match[2])


def train(overlay, recipes, data_dir, folder):
    """One run in a process of its own, once; whether it reached its end."""
    folder = Path(folder) / overlay.name
    words = [*(f"--flagfile={path}" for path in recipes), f"--data_dir={data_dir}"]
    words += [f"--flagfile={overlay.path}", f"--output_dir={folder}", "--resume"]
    asked = words + [flag for path in (*recipes, overlay.path) for flag in _flags(path)]
    done = folder / "ablation_run.json"
    if done.is_file():
        differing = sorted(set(read_json(done)) ^ set(asked))
        if differing:
            raise ValueError(
                f"{folder} holds a run with other flags. Received: {differing}. "
                "Allowed: the same flags, or another --output_dir."
            )
        return True
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "train.log", "a", encoding="utf-8") as log:
        command = [sys.executable, "-m", "trainers.distill", *words]
        if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            return False
    shutil.rmtree(folder / "held_out", ignore_errors=True)  # Scores of an earlier run.
    done.write_text(json.dumps(asked), encoding="utf-8")
    return True


def _flags(path):
    """The lines of a flag file that are flags, and those of the files that it builds on."""
    for line in filter(lambda line: line.startswith("-"), read_text(path).splitlines()):
        yield line
        if line.startswith("--flagfile="):
            yield from _flags(line.partition("=")[2])


def judge(overlay, sources, folder):
    """The last student's `ClassScores`, in focus, by source (lists of samples by name); kept beside it."""
    folder, scores = Path(folder) / overlay.name, {}
    network = str(folder / "student_last")
    for name, samples in sources.items():
        kept = folder / "held_out" / name
        stems = tuple(sample.stem for sample in samples)
        if not (kept / "scores.npz").is_file() or EvaluationResult.load(kept).classes["focus"].stems != stems:
            evaluate(samples, model_predictor(network), "focus").save(kept, resamples=0)
        scores[name] = EvaluationResult.load(kept).classes["focus"]
    return scores


def summarize(overlays, results):
    """JSON-ready rows of the table, one per overlay in `results`, what `judge` returned by name.

    Changes are over the other overlay, with the 95 % interval of a bootstrap that draws the same photographs
    for both.
    """
    rows = []
    for overlay in overlays:
        if overlay.name in results:
            others = _statistics(results.get(overlay.over, {}))
            figures = {
                label: _figure(statistic, others.get(label), count)
                for label, (statistic, count) in _statistics(results[overlay.name]).items()
            }
            row = {"name": overlay.name, "title": overlay.title, "over": overlay.over}
            rows.append({**row, "figures": figures})
    return rows


def _statistics(scores):
    """Figures by label: functions of weights (B, n) of n photographs, and n."""
    found = {}
    for name, one in scores.items():
        count = len(one.stems)
        if only_pairs(one.stems):
            found[f"{name}, accuracy"] = _mean(one.values["accuracy"]), count
        else:
            found[f"{name}, max F"] = _best_f(one.precision, one.recall), count
            found[f"{name}, MAE"] = _mean(one.values["mae"]), count
            if not np.isnan(one.values["boundary_f"]).any():
                found[f"{name}, boundary F"] = _mean(one.values["boundary_f"]), count
    return found


def _mean(values):
    return lambda weights: weights @ values


def _best_f(precision, recall):
    return lambda weights: f_measure(weights @ precision, weights @ recall).max(axis=1)


def _figure(statistic, other, count):
    alike = np.full((1, count), 1 / count)
    figure = {"value": float(statistic(alike)[0])}
    if other:

        def change(weights):
            return statistic(weights) - other[0](weights)

        figure |= {"change": float(change(alike)[0]), "confidence_95": confidence_interval(change, count)}
    return figure


def format_rows(rows):
    """Rows of `summarize` as a Markdown table: figures, and in brackets the intervals of their changes."""
    labels = list(rows[0]["figures"]) if rows else []
    titles = {row["name"]: row["title"] for row in rows}
    lines = []
    for row in rows:
        cells = [row["title"], titles.get(row["over"], row["over"] or "")]
        for figure in row["figures"].values():
            text = f"{figure['value']:.3f}"
            if "change" in figure:
                text += " ({:+.3f} to {:+.3f})".format(*figure["confidence_95"])
            cells.append(text)
        lines.append(cells)
    return markdown_table(["variant", "over", *labels], lines)
