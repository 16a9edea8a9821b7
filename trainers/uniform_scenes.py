r"""Wholly sharp and wholly blurred photographs: a model must call the first in focus and the second not.

python -m trainers.uniform_scenes --model=MODEL --sharp_dir=PHOTOS --list=configs/bsds500_uniform.txt

Ends with exit code 1 where a group misses its bound.
"""

import dataclasses
import json
import sys
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors


@dataclasses.dataclass(frozen=True)
class UniformScenesConfig:
    """Which model, which photographs; the flags say what each field means."""

    sharp_dir: str
    list: str = "configs/bsds500_uniform.txt"
    model: str = "lite"
    seed: int = 0
    sharp_above: float = 0.9
    blurred_below: float = 0.1
    worst: int = 5
    output: str | None = None


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_string("sharp_dir", None, "Folder of sharp photographs.", required=True, **on)
    flags.DEFINE_string("list", "configs/bsds500_uniform.txt", "Lines 'sharp STEM' and 'blurred STEM'.", **on)
    flags.DEFINE_string(
        "model", "lite", "A bundled model, a .tflite file, or PREFIX of a saved network.", **on
    )
    flags.DEFINE_integer("seed", 0, "Of aperture, noise and compression.", lower_bound=0, **on)
    flags.DEFINE_float("sharp_above", 0.9, "Least mean in-focus share of the sharp ones.", 0.0, 1.0, **on)
    flags.DEFINE_float(
        "blurred_below", 0.1, "Largest mean in-focus share of the blurred ones.", 0.0, 1.0, **on
    )
    flags.DEFINE_integer("worst", 5, "Photographs of each group to name.", lower_bound=0, **on)
    flags.DEFINE_string("output", None, "JSON file to write.", **on)


def config_from_flags(flag_values):
    """Reads `UniformScenesConfig` from parsed flags."""
    names = [field.name for field in dataclasses.fields(UniformScenesConfig)]
    return UniformScenesConfig(**{name: flag_values[name].value for name in names})


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


def main(_):
    with one_line_errors():
        report = run(config_from_flags(flags.FLAGS))
    sys.exit(0 if report["passed"] else 1)


if __name__ == "__main__":
    define_flags()
    app.run(main)
