"""Fills the tables between markers in README, model card and guides from docs/results.

python scripts/fill_tables.py [--check]

A marker is <!-- table NAME ARGUMENTS -->, and <!-- end --> after the table. Figures come from the
metrics.json, uniform.json and kinds.json of trainers.evaluate, copied to docs/results/NAME.json, and from
what trainers.ablation wrote. With --check nothing is written; tables that differ end it with exit code 1.
"""

import dataclasses
import re
import sys
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.evaluation.ablation import format_rows
from dbdgan_tf.evaluation.kinds import format_kinds
from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.text_file import read_json

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "MODEL_CARD.md")
MARKED = re.compile(r"(<!-- table (\w+) ?(.*?) -->).*?(<!-- end -->)", re.DOTALL)
SOURCES = {"_cuhk": "CUHK", "_szu": "SZU-BD", "_mfi_whu": "MFI-WHU"}
# As the paper prints them: max F, in focus, on CUHK.
PAPER = {"paper_teacher": ("the paper's teacher", "0.937"), "paper_student": ("the paper's student", "0.929")}


@dataclasses.dataclass(frozen=True)
class FillConfig:
    """What is done."""

    check: bool = option(False, "Write nothing; exit code 1 where a table would change.")


def results_table(names):
    """Figures of evaluations with the 95 % intervals of a bootstrap over images, or published ones."""
    rows = []
    for name in names:
        if name in PAPER:
            rows.append([*PAPER[name], "", "", ""])
            continue
        metrics = _read(name)
        focus, blur = metrics["focus"], metrics["blur"]
        figures = [_with_interval(focus, "max_f"), _with_interval(blur, "max_f"), _with_interval(blur, "mae")]
        rows.append([_title(name), *figures, f"{blur['iou']:.3f}"])
    return markdown_table(["file", "max F, in focus", "max F, blurred", "MAE", "IoU, blurred"], rows)


def _title(name):
    """The file, and of a name FILE_held_out or FILE_held_out_SOURCE the photographs."""
    file, held_out, source = name.partition("_held_out")
    return f"`{file}`" + ", held out" * bool(held_out) + (f" of {SOURCES[source]}" if source else "")


def uniform_table(names):
    """Shares of wholly sharp and wholly blurred photographs that are called in focus."""
    rows = []
    for report in map(_read, names):
        shares = report["mean_in_focus_share"]
        rows.append([f"`{report['model']}`", f"{shares['sharp']:.3f}", f"{shares['blurred']:.3f}"])
    return markdown_table(["model", "of 20 wholly sharp photographs", "of 20 wholly blurred ones"], rows)


def kinds_table(names):
    """Figures per kind of scene, a table for each evaluation."""
    return "\n".join(format_kinds(_read(name)["kinds"]) for name in names)


def ablation_table(names):
    """What each term buys."""
    return "\n".join(format_rows(_read(name)["rows"]) for name in names)


def calibration_table(names):
    """How far probabilities are from shares of pixels, and the temperature that brings them nearest."""
    rows = []
    for name in names:
        blur = _read(name)["blur"]["calibration"]
        figures = (blur["error"], blur["temperature"], blur["error_at_temperature"])
        rows.append([_title(name), *(f"{figure:.3f}" for figure in figures)])
    columns = ["file", "expected calibration error", "best temperature", "error at it"]
    return markdown_table(columns, rows)


TABLES = {
    "results": results_table, "uniform": uniform_table, "kinds": kinds_table, "ablation": ablation_table,
    "calibration": calibration_table,
}  # fmt: skip


def fill(text):
    """A page's text with its tables filled."""

    def replace(match):
        if match[2] not in TABLES:
            raise ValueError(f"No such table. Received: {match[2]!r}. Allowed: {', '.join(TABLES)}.")
        return f"{match[1]}\n\n{TABLES[match[2]](match[3].split())}\n{match[4]}"

    return MARKED.sub(replace, text)


def run(config):
    """Fills every page; returns the names of those whose tables changed."""
    changed = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        if fill(text) != text:
            changed.append(page)
            if not config.check:
                (ROOT / page).write_text(fill(text), encoding="utf-8")
    return changed


def main(config):
    changed = run(config)
    print(f"Tables that differ: {', '.join(changed) or 'none'}")
    sys.exit(1 if changed and config.check else 0)


def _read(name):
    return read_json(ROOT / f"docs/results/{name}.json")


def _with_interval(metrics, name):
    low, high = metrics["confidence_95"][name]
    return f"{metrics[name]:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    start(FillConfig, main)
