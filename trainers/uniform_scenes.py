r"""Wholly sharp and wholly blurred photographs: a model must call the first in focus and the second not.

python -m trainers.uniform_scenes --model=MODEL --sharp_dir=PHOTOS --list=configs/bsds500_uniform.txt

Ends with exit code 1 where a group misses its bound.
"""

import dataclasses
import json
import sys
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class UniformScenesConfig:
    """Which model, which photographs."""

    sharp_dir: str = option(REQUIRED, "Folder of sharp photographs.")
    list: str = option(REQUIRED, "Text file of lines 'sharp STEM' and 'blurred STEM'.")
    model: str = option("lite", "A bundled model, a .tflite file, or PREFIX of a saved network.")
    seed: int = option(0, "Of aperture, noise and compression.", at_least=0)
    sharp_above: float = option(
        0.9, "Least mean in-focus share of the sharp ones.", at_least=0.0, at_most=1.0
    )
    blurred_below: float = option(
        0.1, "Largest mean in-focus share of the blurred ones.", at_least=0.0, at_most=1.0
    )
    worst: int = option(5, "Photographs of each group to name.", at_least=0)
    output: str | None = option(None, "JSON file to write.")


def run(config):
    """Measures, prints and writes; returns a JSON-ready dict with "passed"."""
    from dbdgan_tf.evaluation import model_predictor, uniform_scenes
    from dbdgan_tf.inference.bundled import model_path

    groups = uniform_scenes.read_groups(config.list)
    photographs = uniform_scenes.uniform_photographs(config.sharp_dir, groups, config.seed)
    scenes = uniform_scenes.measure(photographs, model_predictor(model_path(config.model)))
    shares = uniform_scenes.mean_shares(scenes)
    bounds = {"sharp": f"> {config.sharp_above:g}", "blurred": f"< {config.blurred_below:g}"}
    for group, share in shares.items():
        print(
            f"{group}: mean in-focus share {share:.3f} of {len(groups[group])} photographs ({bounds[group]})"
        )
        for scene in uniform_scenes.worst(scenes, group, config.worst):
            circle = f", blur circle {scene.blur_circle:.1f} px" if scene.blur_circle else ""
            print(f"  {scene.stem}: {scene.in_focus_share:.3f}{circle}")
    passed = shares["sharp"] > config.sharp_above and shares["blurred"] < config.blurred_below
    report = {"model": Path(config.model).name, "list": Path(config.list).name, "seed": config.seed}
    report |= {"bounds": bounds, "counts": {group: len(stems) for group, stems in groups.items()}}
    report |= {"mean_in_focus_share": shares, "passed": passed}
    report |= {"scenes": [dataclasses.asdict(scene) for scene in scenes]}
    if config.output:
        Path(config.output).parent.mkdir(parents=True, exist_ok=True)
        Path(config.output).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def main(config):
    sys.exit(0 if run(config)["passed"] else 1)


if __name__ == "__main__":
    start(UniformScenesConfig, main)
