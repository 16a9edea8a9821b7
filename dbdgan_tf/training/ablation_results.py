"""What the ablation's runs gave, as a table."""

import dataclasses
import json
import os
from pathlib import Path

FILE_NAME = "result.json"
METRICS = {"max_f_focus": "max F, in focus", "max_f_blur": "max F, blurred", "mae": "MAE"}


@dataclasses.dataclass(frozen=True)
class RunResult:
    """One finished run.

    Attributes:
        variant: Name of its variant.
        seed: Its seed.
        metrics: Dict of `METRICS` to figures in 0..1 on the held-out photographs, after the last epoch.
        minutes: Time of the process, or None where it was interrupted and resumed.
        flags: What it was started with.
    """

    variant: str
    seed: int
    metrics: dict
    minutes: float | None
    flags: tuple


def save_result(folder, result):
    """Writes a finished run's result beside its checkpoint."""
    path = Path(folder) / FILE_NAME
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def load_result(folder, flags):
    """Reads a finished run's result.

    Args:
        folder: Of the run.
        flags: What it would be started with now.

    Returns:
        A `RunResult`, or None if the run is not finished.

    Raises:
        ValueError: If it was run with other flags.
    """
    path = Path(folder) / FILE_NAME
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    result = RunResult(**content | {"flags": tuple(content["flags"])})
    differing = sorted(set(result.flags) ^ set(flags))
    if differing:
        raise ValueError(
            f"{folder} holds a run with other flags. Received: {differing}. "
            "Allowed: the same flags, or another --output_dir."
        )
    return result


def validation_metrics(folder):
    """The figures saved with the student after the last epoch.

    Raises:
        ValueError: If the run held nothing out.
    """
    saved = json.loads((Path(folder) / "student_last.json").read_text(encoding="utf-8"))
    figures = saved["metadata"].get("validation") or {}
    if not set(METRICS) <= set(figures):
        raise ValueError(
            f"{folder}: nothing was held out for validation. Allowed: --validation_list or "
            "--validation_fraction above 0."
        )
    return {name: figures[name] for name in METRICS}


def summarize(variants, results):
    """Rows of the table, one per variant with a finished run.

    Args:
        variants: `Variant`s in the order of the rows.
        results: `RunResult`s.

    Returns:
        List of JSON-ready dicts: name, title, over, seeds, minutes, gain (of max F in focus) and mae_change
        over the variant it differs from, seed by seed (None without common seeds), and for each metric mean
        and spread (half the range over seeds).
    """
    by_variant = {v.name: {r.seed: r for r in results if r.variant == v.name} for v in variants}
    rows = []
    for variant in variants:
        runs = by_variant[variant.name]
        if not runs:
            continue
        minutes = [run.minutes for run in runs.values() if run.minutes is not None]
        row = {"name": variant.name, "title": variant.title, "over": variant.over, "seeds": sorted(runs)}
        row |= {name: _mean_and_spread([run.metrics[name] for run in runs.values()]) for name in METRICS}
        row["minutes"] = sum(minutes) / len(minutes) if minutes else None
        others = by_variant.get(variant.over, {})
        row |= {"gain": _change(runs, others, "max_f_focus"), "mae_change": _change(runs, others, "mae")}
        rows.append(row)
    return rows


def format_rows(rows, timed=True):
    """Rows of `summarize` as a Markdown table.

    Args:
        rows: What `summarize` returned.
        timed: Whether to tell the minutes of wall time; they mean nothing where runs shared a machine.
    """
    head = ["variant", "over", "seeds", *METRICS.values(), "gain in focus", "change of MAE"]
    head += ["minutes"] if timed else []
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row["title"], row["over"] or "", str(len(row["seeds"]))]
        cells += ["{mean:.4f} ± {spread:.4f}".format(**row[name]) for name in METRICS]
        for change in (row["gain"], row["mae_change"]):
            cells.append("" if change is None else "{mean:+.4f} ± {spread:.4f}".format(**change))
        if timed:
            cells.append("" if row["minutes"] is None else f"{row['minutes']:.1f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _mean_and_spread(values):
    return {"mean": sum(values) / len(values), "spread": (max(values) - min(values)) / 2}


def _change(runs, others, metric):
    common = sorted(set(runs) & set(others))
    if not common:
        return None
    return _mean_and_spread([runs[seed].metrics[metric] - others[seed].metrics[metric] for seed in common])
