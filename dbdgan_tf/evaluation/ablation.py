"""What each term buys: one short distillation per overlay of a recipe and seed, as one table."""

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.text_file import read_json, read_text

METRICS = {"max_f_focus": "max F, in focus", "max_f_blur": "max F, blurred", "mae": "MAE"}


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


def train(overlay, recipes, data_dir, seed, folder):
    """One run in a process of its own, once; its `METRICS` on held-out photographs, None if it failed."""
    folder = Path(folder) / overlay.name / f"seed{seed}"
    words = [*(f"--flagfile={path}" for path in recipes), f"--data_dir={data_dir}"]
    words += [f"--flagfile={overlay.path}", f"--seed={seed}", f"--output_dir={folder}", "--resume"]
    asked = words + [flag for path in (*recipes, overlay.path) for flag in _flags(path)]
    done = folder / "ablation_run.json"
    if done.is_file():
        differing = sorted(set(read_json(done)) ^ set(asked))
        if differing:
            raise ValueError(
                f"{folder} holds a run with other flags. Received: {differing}. "
                "Allowed: the same flags, or another --output_dir."
            )
    else:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "train.log", "a", encoding="utf-8") as log:
            command = [sys.executable, "-m", "trainers.distill", *words]
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
                return None
    figures = read_json(folder / "student_last.json")["metadata"].get("validation") or {}
    if not set(METRICS) <= set(figures):
        raise ValueError(
            f"{folder}: nothing was held out for validation. Allowed: --validation_list or "
            "--validation_fraction above 0."
        )
    done.write_text(json.dumps(asked), encoding="utf-8")
    return {name: figures[name] for name in METRICS}


def _flags(path):
    """The lines of a flag file that are flags, and those of the files that it builds on."""
    for line in filter(lambda line: line.startswith("-"), read_text(path).splitlines()):
        yield line
        if line.startswith("--flagfile="):
            yield from _flags(line.partition("=")[2])


def summarize(overlays, results):
    """JSON-ready rows of the table, one per overlay with a finished run, from results by name and seed.

    Spread is half the range over seeds; changes are over the other overlay, seed by seed (None without common
    seeds).
    """
    rows = []
    for overlay in overlays:
        runs, others = results.get(overlay.name, {}), results.get(overlay.over, {})
        if not runs:
            continue
        row = {"name": overlay.name, "title": overlay.title, "over": overlay.over, "seeds": sorted(runs)}
        row |= {name: _mean_and_spread([run[name] for run in runs.values()]) for name in METRICS}
        row |= {"gain": _change(runs, others, "max_f_focus"), "mae_change": _change(runs, others, "mae")}
        rows.append(row)
    return rows


def format_rows(rows):
    """Rows of `summarize` as a Markdown table."""
    head = ["variant", "over", "seeds", *METRICS.values(), "gain in focus", "change of MAE"]
    lines = []
    for row in rows:
        cells = [row["title"], row["over"] or "", str(len(row["seeds"]))]
        cells += ["{mean:.4f} ± {spread:.4f}".format(**row[name]) for name in METRICS]
        for change in (row["gain"], row["mae_change"]):
            cells.append("{mean:+.4f} ± {spread:.4f}".format(**change) if change else "")
        lines.append(cells)
    return markdown_table(head, lines)


def _mean_and_spread(values):
    return {"mean": sum(values) / len(values), "spread": (max(values) - min(values)) / 2}


def _change(runs, others, metric):
    changes = [runs[seed][metric] - others[seed][metric] for seed in set(runs) & set(others)]
    return _mean_and_spread(changes) if changes else None
