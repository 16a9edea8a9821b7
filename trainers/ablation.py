r"""What each term buys: short distillations with and without it, over several seeds.

python -m trainers.ablation --recipe=configs/ablation.flags --overlays=configs/ablation --data_dir=DATA/cuhk

Every run is a process of trainers.distill with the recipe and one overlay, a file of flags whose first line
names it ("# TITLE" or "# TITLE, over NAME"). Finished runs are kept and killed ones resumed, so that the same
command goes on. Writes ablation.json to --output_dir and prints its table.
"""

import dataclasses
from pathlib import Path

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class AblationConfig:
    recipe: tuple = option(REQUIRED, "Flagfiles of trainers.distill, each winning over the ones before.")
    overlays: tuple = option(REQUIRED, "Flagfiles of one run each, or folders of such.")
    data_dir: str = option(REQUIRED, "Data set, as trainers.distill takes it; an overlay may name another.")
    seeds: tuple[int, ...] = option((1, 2), "Seeds of every overlay.")
    output_dir: str = option("runs/ablation", "Where the runs and the results go.")


def run(config):
    from dbdgan_tf.evaluation import ablation

    files = [sorted(path.glob("*.flags")) if path.is_dir() else [path] for path in map(Path, config.overlays)]
    overlays = [ablation.read_overlay(path) for paths in files for path in paths]
    if not overlays:
        raise ValueError(f"--overlays names no file. Received: {','.join(config.overlays)}.")
    report, results = {"rows": [], "failed": []}, {}
    # Seeds go outermost, so that an interrupted ablation has every variant once before any twice.
    for seed in dict.fromkeys(config.seeds):
        for overlay in overlays:
            print(f"{overlay.name}, seed {seed}", flush=True)
            figures = ablation.train(overlay, config.recipe, config.data_dir, seed, config.output_dir)
            if figures is None:
                report["failed"].append(f"{overlay.name}, seed {seed}")
            else:
                results.setdefault(overlay.name, {})[seed] = figures
            report["rows"] = ablation.summarize(overlays, results)
            write_json(Path(config.output_dir) / "ablation.json", report)
    print(ablation.format_rows(report["rows"]))
    return report


def main(config):
    report = run(config)
    if report["failed"]:
        raise SystemExit(f"error: {len(report['failed'])} runs failed: {'; '.join(report['failed'])}")


if __name__ == "__main__":
    start(AblationConfig, main)
