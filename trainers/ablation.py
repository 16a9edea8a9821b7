r"""What each term buys: short distillations with and without it, over several seeds.

python -m trainers.ablation --flagfile=configs/ablation.flags --data_dir=DATA/cuhk \
    --synthetic_dir=DATA/synthetic

Every run is a process of trainers.distill. Finished runs are kept and killed ones resumed, so that the same
command goes on. Writes ablation.md and ablation.json to --output_dir.
"""

import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

from absl import app
from absl import flags as absl_flags

from dbdgan_tf.command import flags
from dbdgan_tf.command.errors import one_line_errors


@dataclasses.dataclass(frozen=True)
class AblationConfig:
    """Which variants of which recipe; the flags say what each field means."""

    recipe: object
    seeds: tuple = (1, 2)
    variants: tuple = ()
    synthetic_dir: str = ""


def define_flags(flag_values=absl_flags.FLAGS):
    """Defines this command's flags: those of trainers.distill, and its own."""
    from dbdgan_tf.training.configuration import DistillRun

    on = {"flag_values": flag_values}
    flags.define(DistillRun, flag_values)
    absl_flags.DEFINE_list("seeds", ["1", "2"], "Seeds of every variant.", **on)
    absl_flags.DEFINE_list("variants", [], "Names of the variants; nothing: all.", **on)
    absl_flags.DEFINE_string("synthetic_dir", "", "Data set of trainers.synthesize.", **on)


def config_from_flags(flag_values):
    """Reads `AblationConfig` from parsed flags."""
    from dbdgan_tf.training.configuration import DistillRun

    try:
        seeds = tuple(dict.fromkeys(int(seed) for seed in flag_values["seeds"].value))
    except ValueError as error:
        raise ValueError(f"--seeds takes whole numbers. Received: {flag_values['seeds'].value}.") from error
    return AblationConfig(
        flags.read(DistillRun, flag_values),
        seeds,
        tuple(flag_values["variants"].value),
        flag_values["synthetic_dir"].value,
    )


def run(config):
    """Runs what is missing, writes the table after every run.

    Args:
        config: An `AblationConfig`.

    Returns:
        A JSON-ready dict: "rows" and "failed" (names of runs that ended with an error).
    """
    from dbdgan_tf.training import ablation_results as results
    from dbdgan_tf.training.ablation_variants import as_flags, configure, find_variants

    variants = find_variants(config.variants)
    # Seeds go outermost, so that an interrupted ablation has every variant once before any twice.
    plan = [
        (variant.name, seed, configure(variant, config.recipe, seed, config.synthetic_dir))
        for seed in config.seeds
        for variant in variants
    ]
    finished, failed = [], []
    earlier = [results.load_result(options.run.output_dir, as_flags(options)) for _, _, options in plan]
    for (name, seed, options), found in zip(plan, earlier, strict=True):
        print(f"{name}, seed {seed}: {'finished before' if found else 'running'}", flush=True)
        found = found or _train(name, seed, options)
        if found is None:
            failed.append(f"{name}, seed {seed}")
            continue
        finished.append(found)
        report = {"rows": results.summarize(variants, finished), "failed": failed}
        _write(Path(config.recipe.run.output_dir), report)
    return {"rows": results.summarize(variants, finished), "failed": failed}


def _train(name, seed, options):
    """One run in a process of its own, its output in train.log; None if it failed."""
    from dbdgan_tf.training import ablation_results as results
    from dbdgan_tf.training.ablation_variants import as_flags

    folder = Path(options.run.output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    lines = as_flags(options)
    (folder / "run.flags").write_text("\n".join(lines) + "\n", encoding="utf-8")
    resumed = (folder / "checkpoint.npz").exists()
    command = [sys.executable, "-m", "trainers.distill", f"--flagfile={folder / 'run.flags'}"]
    start = time.monotonic()
    with open(folder / "train.log", "a", encoding="utf-8") as log:
        process = subprocess.run([*command, "--resume"], stdout=log, stderr=subprocess.STDOUT, check=False)
    if process.returncode:
        print(f"{name}, seed {seed}: failed with exit code {process.returncode}, see {folder / 'train.log'}")
        return None
    minutes = None if resumed else (time.monotonic() - start) / 60
    metrics = results.validation_metrics(folder)
    found = results.RunResult(name, seed, metrics, minutes, tuple(lines))
    results.save_result(folder, found)
    return found


def _write(folder, report):
    from dbdgan_tf.training.ablation_results import format_rows

    (folder / "ablation.md").write_text(format_rows(report["rows"]), encoding="utf-8")
    (folder / "ablation.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def main(_):
    from dbdgan_tf.training.ablation_results import format_rows

    with one_line_errors():
        report = run(config_from_flags(absl_flags.FLAGS))
    print(format_rows(report["rows"]))
    if report["failed"]:
        raise SystemExit(f"error: {len(report['failed'])} runs failed: {'; '.join(report['failed'])}")


if __name__ == "__main__":
    define_flags()
    app.run(main)
