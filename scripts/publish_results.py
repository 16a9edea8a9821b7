r"""Keeps an evaluation, and how its network was trained, for docs/results: scores and settings without paths.

python scripts/publish_results.py --evaluation=runs/evaluation --network=runs/distill/student_best \
    --output_dir=docs/results/cuhk_distill

trainers.model_card reads the folder like an evaluation's: figures are printed again without the weights.
Scores are rounded to float32.
"""

import dataclasses
import json
import sys
from pathlib import Path

from absl import app, flags

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FLAGS = flags.FLAGS
KEPT = ("epoch", "seconds", "validation", "git_revision", "versions")


@dataclasses.dataclass(frozen=True)
class PublishConfig:
    """What to keep, and where; see the flags."""

    evaluation: str
    output_dir: str
    network: str | None = None


def define_flags():
    """Defines the command's flags; called once, when it runs as a program."""
    flags.DEFINE_string("evaluation", None, "Folder of trainers.evaluate.", required=True)
    flags.DEFINE_string("output_dir", None, "Folder to write.", required=True)
    flags.DEFINE_string("network", None, "PREFIX of the network; its settings become network.json.")


def run(config):
    """Writes scores.npz, evaluation.json and, with a network, network.json; returns their paths."""
    from dbdgan_tf.evaluation import EvaluationResult

    result = EvaluationResult.load(config.evaluation)
    classes = {key: _single_precision(scores) for key, scores in result.classes.items()}
    folder = Path(config.output_dir)
    dataclasses.replace(result, classes=classes, images=(), maps_dir=None).save_scores(folder)
    written = [folder / "evaluation.json", folder / "scores.npz"]
    if config.network:
        content = json.loads(Path(f"{config.network}.json").read_text(encoding="utf-8"))
        written.append(folder / "network.json")
        written[-1].write_text(json.dumps(settings_of(content), indent=2) + "\n", encoding="utf-8")
    return written


def settings_of(content):
    """What a card tells of a network, from what was saved beside its weights.

    Args:
        content: Dict read from PREFIX.json.

    Returns:
        Dict of the same form, without the folders of the machine.
    """
    about = content.get("metadata") or {}
    kept = {key: about[key] for key in KEPT if key in about}
    seed = ((about.get("config") or {}).get("run") or {}).get("seed")
    kept["config"] = {} if seed is None else {"run": {"seed": seed}}
    return {"kind": content["kind"], "config": content["config"], "metadata": kept}


def _single_precision(scores):
    values = {name: column.astype("float32") for name, column in scores.values.items()}
    table = scores.precision.astype("float32"), scores.recall.astype("float32")
    return dataclasses.replace(scores, precision=table[0], recall=table[1], values=values)


def main(_):
    for path in run(PublishConfig(FLAGS.evaluation, FLAGS.output_dir, FLAGS.network)):
        print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    define_flags()
    app.run(main)
