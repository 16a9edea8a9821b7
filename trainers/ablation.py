r"""What each term buys: short distillations with and without it, judged on the same held-out photographs.

python -m trainers.ablation --recipe=configs/ablation.flags --overlays=configs/ablation --data_dir=DATA/cuhk \
    --held_out=DATA/cuhk --list=configs/validation.txt

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
    data_dir: str = option(REQUIRED, "Data sets, as trainers.distill takes them; an overlay may name others.")
    held_out: tuple = option(REQUIRED, "Dataset folders with the photographs of --list.")
    list: str = option(REQUIRED, "Text file of the stems, one a line, that every run is judged on.")
    output_dir: str = option("runs/ablation", "Where the runs and the results go.")


def run(config):
    from dbdgan_tf.evaluation import ablation
    from trainers.evaluate import listed_sources

    files = [sorted(path.glob("*.flags")) if path.is_dir() else [path] for path in map(Path, config.overlays)]
    overlays = [ablation.read_overlay(path) for paths in files for path in paths]
    if not overlays:
        raise ValueError(f"--overlays names no file. Received: {','.join(config.overlays)}.")
    sources = listed_sources(config.held_out, "train", config.list)
    stems = {sample.stem for samples in sources.values() for sample in samples}
    report, results = {"rows": [], "failed": []}, {}
    for overlay in overlays:
        print(overlay.name, flush=True)
        if ablation.train(overlay, config.recipe, config.data_dir, config.output_dir):
            check_held_out(Path(config.output_dir) / overlay.name / "student_last", stems)
            results[overlay.name] = ablation.judge(overlay, sources, config.output_dir)
        else:
            report["failed"].append(overlay.name)
        report["rows"] = ablation.summarize(overlays, results)
        write_json(Path(config.output_dir) / "ablation.json", report)
    print(ablation.format_rows(report["rows"]))
    return report


def check_held_out(network, stems):
    """Raises a ValueError if a network was trained on any of the photographs that it is judged on."""
    from dbdgan_tf.training.records import read_trained_on

    seen = sorted(read_trained_on(network) & stems)
    if seen:
        raise ValueError(
            f"{network} was trained on {len(seen)} of the photographs that it is judged on. Received: "
            f"{', '.join(seen[:5])}. Allowed: what --validation_list of the recipe holds out."
        )


def main(config):
    report = run(config)
    if report["failed"]:
        raise SystemExit(f"error: {len(report['failed'])} runs failed: {'; '.join(report['failed'])}")


if __name__ == "__main__":
    start(AblationConfig, main)
