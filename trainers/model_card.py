r"""The model card, every figure of it from files that commands wrote, and the picture of the worst images.

python -m trainers.model_card --evaluations=lite_int8=runs/card/int8,lite_float=runs/card/float \
    --files=dbdgan_tf/assets/lite_int8.tflite --networks=student=runs/lite/student_best \
    --recipes=configs/lite_teacher.flags,configs/lite.flags --uniform=runs/card/uniform.json \
    --ablation=runs/ablation/ablation.json --failures=docs/failures.jpg --output=MODEL_CARD.md
"""

import dataclasses
import os
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command.errors import one_line_errors
from dbdgan_tf.command.flags import named_paths

LISTS = ("evaluations", "files", "networks", "recipes", "uniform", "distilled")
QUALITIES = range(90, 25, -5)


@dataclasses.dataclass(frozen=True)
class ModelCardConfig:
    """What the card is made from; the flags say what each field means."""

    evaluations: tuple
    files: tuple = ()
    networks: tuple = ()
    recipes: tuple = ()
    uniform: tuple = ()
    ablation: str | None = None
    distilled: tuple = ()
    proof: str | None = None
    template: str = "configs/model_card.md"
    output: str = "MODEL_CARD.md"
    failures: str = "docs/failures.jpg"
    failure_count: int = 6
    failure_kilobytes: int = 250
    bootstrap: int = 1000
    seed: int = 0

    def __post_init__(self):
        if not self.evaluations:
            raise ValueError("A card needs figures. Received: no --evaluations.")


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_list(
        "evaluations",
        [],
        "Folders of trainers.evaluate, NAME=DIR or DIR; the first one's failures are shown.",
        **on,
    )
    flags.DEFINE_list("files", [], "Files that ship.", **on)
    flags.DEFINE_list("networks", [], "Saved networks, ROLE=PREFIX.", **on)
    flags.DEFINE_list("recipes", [], "Flagfiles.", **on)
    flags.DEFINE_list("uniform", [], "Files that trainers.uniform_scenes --output wrote.", **on)
    flags.DEFINE_string("ablation", None, "ablation.json of trainers.ablation.", **on)
    flags.DEFINE_list(
        "distilled", [], "Folders of trainers.evaluate: a student with a teacher, and without.", **on
    )
    flags.DEFINE_string("proof", None, "proof.json of scripts/prove_recipes.py.", **on)
    flags.DEFINE_string("template", "configs/model_card.md", "The card's text.", **on)
    flags.DEFINE_string("output", "MODEL_CARD.md", "File to write.", **on)
    flags.DEFINE_string("failures", "docs/failures.jpg", "Picture of the worst images to write.", **on)
    flags.DEFINE_integer("failure_count", 6, "Images of the picture.", lower_bound=1, **on)
    flags.DEFINE_integer("failure_kilobytes", 250, "Largest size of the picture.", lower_bound=1, **on)
    flags.DEFINE_integer("bootstrap", 1000, "Resamples behind the 95 % intervals.", lower_bound=0, **on)
    flags.DEFINE_integer("seed", 0, "Seed of the bootstrap.", lower_bound=0, **on)


def config_from_flags(flag_values):
    """Reads `ModelCardConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(ModelCardConfig)}
    return ModelCardConfig(**values | {name: tuple(values[name]) for name in LISTS})


def run(config):
    """Writes card and picture; returns the card's text."""
    from dbdgan_tf.evaluation.report import Comparison, card

    results = _evaluations(config.evaluations)
    comparison = Comparison.of(results[:1])
    stems = comparison.ranked("blur")[::-1][: config.failure_count]
    networks = dict(named_paths(config.networks))
    link = os.path.relpath(config.failures, Path(config.output).parent).replace(os.sep, "/")
    sections = {
        "metrics": card.metrics_section(results, config.bootstrap, config.seed),
        "distilled": _distilled(config),
        "resamples": str(config.bootstrap),
        "files": card.files_section(config.files),
        "networks": card.networks_section({k: card.read_json(f"{v}.json") for k, v in networks.items()}),
        "recipes": card.recipes_section(config.recipes),
        "uniform": card.uniform_section([card.read_json(path) for path in config.uniform]),
        "ablation": _ablation(config.ablation),
        "proof": card.proof_section(card.read_json(config.proof) if config.proof else []),
        "failures": card.failures_section(comparison, stems, link),
        "failed": results[0].name,
    }
    text = card.fill_template(Path(config.template).read_text(encoding="utf-8"), sections)
    size = write_picture(config.failures, comparison, stems, config.failure_kilobytes * 1000)
    Path(config.output).write_text(text, encoding="utf-8")
    print(f"Card: {config.output}\nPicture: {config.failures} ({size / 1000:.0f} kB)")
    return text


def write_picture(path, comparison, stems, largest):
    """Writes photo, truth and map side by side, at the best quality within a size.

    Args:
        path: JPEG file.
        comparison: `Comparison`.
        stems: Images, top to bottom.
        largest: Bytes allowed.

    Returns:
        Bytes written.

    Raises:
        ValueError: If it is larger at the lowest quality.
    """
    from dbdgan_tf.data.image_io import write_image
    from dbdgan_tf.evaluation.report import grid_picture

    pixels = grid_picture(comparison, stems)
    for quality in QUALITIES:
        write_image(path, pixels, quality)
        size = Path(path).stat().st_size
        if size <= largest:
            return size
    raise ValueError(f"The picture is too large. Received: {size} bytes. Allowed: {largest}.")


def _distilled(config):
    from dbdgan_tf.evaluation.report import card

    if not config.distilled:
        return card.NOTHING
    return card.metrics_section(_evaluations(config.distilled), config.bootstrap, config.seed)


def _ablation(path):
    from dbdgan_tf.evaluation.report import card

    if not path:
        return "Not measured yet; `python -m trainers.ablation --flagfile=configs/ablation.flags` does it.\n"
    from dbdgan_tf.training.ablation_results import format_rows

    return format_rows(card.read_json(path)["rows"], timed=False)


def _evaluations(entries):
    from dbdgan_tf.evaluation import EvaluationResult

    results = []
    for name, folder in named_paths(entries):
        result = EvaluationResult.load(folder)
        results.append(dataclasses.replace(result, name=name) if name else result)
    return results


def main(_):
    with one_line_errors():
        run(config_from_flags(flags.FLAGS))


if __name__ == "__main__":
    define_flags()
    app.run(main)
