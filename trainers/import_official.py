"""An official PyTorch checkpoint as a saved network of ours.

python -m trainers.import_official --network=teacher --checkpoint=FILE.pth --output=PREFIX
"""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option

NETWORKS = ("student", "teacher")


@dataclasses.dataclass(frozen=True)
class ImportConfig:
    checkpoint: str = option(REQUIRED, "Official .pth file.")
    network: str = option(REQUIRED, "Which official network the file holds.", NETWORKS)
    output: str = option(REQUIRED, "PREFIX of the files to write: PREFIX.weights.h5 and PREFIX.json.")
    image_size: int = option(320, "Side of the network's input in pixels.", at_least=32)


def run(config):
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.official import load_official_student, load_official_teacher

    loaders = {"student": load_official_student, "teacher": load_official_teacher}
    size = (config.image_size, config.image_size)
    model, network_config, report = loaders[config.network](config.checkpoint, image_size=size)
    about = {"source": Path(config.checkpoint).name, "used_tensors": report.used}
    metadata = about | {"unused_tensors": list(report.unused)}
    path = save_network(config.output, model, network_config, metadata)
    print(report)
    print(f"Wrote {path}")
    return path, report


if __name__ == "__main__":
    start(ImportConfig, run)
