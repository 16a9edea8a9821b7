"""Averages the weights of networks that went on from one start, such as runs of a recipe with several seeds.

python -m trainers.average --networks=runs/a/student_best,runs/b/student_best --output=runs/ab/student_best \
    --data_dir=DATA/cuhk --validation_list=configs/validation.txt

Prints the scores of each on the held-out photographs, and of the mean, which is saved.
"""

import dataclasses

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class AverageConfig:
    networks: tuple = option(REQUIRED, "PREFIXes of saved networks, two or more.")
    output: str = option(REQUIRED, "PREFIX of the mean.")
    data_dir: tuple = option(REQUIRED, "Datasets with masks that they were trained on.")
    soft_masks: bool = option(False, "Masks hold degrees of blur.")
    validation_list: str = option("", "Text file of the stems held out, one a line.")
    validation_fraction: float = option(0.1, "Share held out if no list is given.", at_least=0.0, at_most=1.0)
    image_size: tuple[int, int] | None = option(None, "Size in px to score at; default theirs.", at_least=32)


def run(config):
    from dbdgan_tf.models.serialization import load_network, read_network_json, save_network
    from dbdgan_tf.models.weights.by_name import mean_network
    from dbdgan_tf.training.options import DataOptions, RunOptions
    from dbdgan_tf.training.records import provenance
    from dbdgan_tf.training.training_data import make_datasets
    from dbdgan_tf.training.validation import validate_network

    size = {"image_size": config.image_size} if config.image_size else {}
    mean, its_config = mean_network(config.networks, **size)
    data = DataOptions(
        data_dir=config.data_dir, soft_masks=config.soft_masks, batch_size=1,
        image_size=mean.input_shape[1:3], cache=False,
        validation_list=config.validation_list, validation_fraction=config.validation_fraction,
    )  # fmt: skip
    held_out = make_datasets(data, RunOptions())[1]
    if held_out is None:
        received = f"Received: --validation_fraction={config.validation_fraction}."
        raise ValueError(f"No photographs are held out. {received} Allowed: a list, or a share above 0.")
    scores = {path: validate_network(*load_network(path, **size), held_out) for path in config.networks}
    scores[config.output] = validate_network(mean, its_config, held_out)
    about = [read_network_json(path)["metadata"] for path in config.networks]
    metadata = provenance() | {"config": about[0].get("config"), "validation": scores[config.output]}
    metadata["averaged"] = [{"network": path, "validation": scores[path]} for path in config.networks]
    metadata["seconds"] = sum(one.get("seconds") or 0.0 for one in about)
    save_network(config.output, mean, its_config, metadata)
    for path, figures in scores.items():
        print(path, ", ".join(f"{name} {value:.4f}" for name, value in figures.items()))
    return scores


if __name__ == "__main__":
    start(AverageConfig, run)
