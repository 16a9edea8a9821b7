"""Averages the weights of networks that went on from one start, such as runs of a recipe with several seeds.

python -m trainers.average --networks=runs/a/student_best,runs/b/student_best --output=runs/ab/student_best \
    --data_dir=DATA/cuhk --validation_list=configs/cuhk_validation.txt

Prints the scores of each on the held-out photographs, and of the mean, which is saved.
"""

import dataclasses

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors
from trainers.flags import image_size


@dataclasses.dataclass(frozen=True)
class AverageConfig:
    """Which networks; the flags say what each field means."""

    networks: tuple
    output: str
    data_dir: tuple
    validation_list: str = ""
    validation_fraction: float = 0.1
    image_size: tuple[int, int] | None = None


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_list("networks", None, "PREFIXes of saved networks, two or more.", required=True, **on)
    flags.DEFINE_string("output", None, "PREFIX of the mean.", required=True, **on)
    flags.DEFINE_list("data_dir", None, "Datasets with masks that they were trained on.", required=True, **on)
    flags.DEFINE_string("validation_list", "", "Text file of the stems held out, one a line.", **on)
    flags.DEFINE_float("validation_fraction", 0.1, "Share held out if no list is given.", 0.0, 1.0, **on)
    flags.DEFINE_list("image_size", None, "Size in px to score at; theirs if not given.", **on)


def config_from_flags(flag_values):
    """Reads `AverageConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(AverageConfig)}
    values["image_size"] = image_size(values["image_size"])
    return AverageConfig(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    )


def run(config):
    """Averages, scores, saves and prints.

    Returns:
        Dict PREFIX -> its scores on the held-out photographs; the mean's under `config.output`.
    """
    from dbdgan_tf.models.serialization import load_network, read_network_json, save_network
    from dbdgan_tf.models.weights.mean import mean_network
    from dbdgan_tf.training.records import provenance
    from dbdgan_tf.training.validation import validate_network

    size = {"image_size": config.image_size} if config.image_size else {}
    mean, its_config = mean_network(config.networks, **size)
    held_out = _held_out(config, mean.input_shape[1:3])
    scores = {}
    for path in config.networks:
        scores[path] = validate_network(*load_network(path, **size), held_out)
    scores[config.output] = validate_network(mean, its_config, held_out)
    about = [read_network_json(path)["metadata"] for path in config.networks]
    metadata = {
        **provenance(),
        "config": about[0].get("config"),
        "averaged": [{"network": path, "validation": scores[path]} for path in config.networks],
        "seconds": sum(one.get("seconds") or 0.0 for one in about),
        "validation": scores[config.output],
    }
    save_network(config.output, mean, its_config, metadata)
    for path, figures in scores.items():
        print(path, ", ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    return scores


def _held_out(config, size):
    from dbdgan_tf.training.options import DataOptions, RunOptions
    from dbdgan_tf.training.training_data import make_datasets

    data = DataOptions(
        data_dir=config.data_dir, batch_size=1, image_size=tuple(size), cache=False,
        validation_list=config.validation_list, validation_fraction=config.validation_fraction,
    )  # fmt: skip
    held_out = make_datasets(data, RunOptions())[1]
    if held_out is None:
        raise ValueError(
            "No photographs are held out. Received: "
            f"--validation_fraction={config.validation_fraction}. Allowed: a list, or a share above 0."
        )
    return held_out


def main(_):
    with one_line_errors():
        run(config_from_flags(flags.FLAGS))


if __name__ == "__main__":
    define_flags()
    app.run(main)
