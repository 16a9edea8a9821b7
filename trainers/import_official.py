"""An official PyTorch checkpoint as a saved network of ours.

python -m trainers.import_official --network=teacher --checkpoint=FILE.pth --output=PREFIX
"""

import dataclasses

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors

NETWORKS = ("student", "teacher")


@dataclasses.dataclass(frozen=True)
class ImportConfig:
    """Which checkpoint becomes which network; the flags say what each field means."""

    checkpoint: str
    network: str
    output: str
    image_size: int = 320


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_string("checkpoint", None, "Official .pth file.", required=True, **on)
    flags.DEFINE_enum(
        "network", None, NETWORKS, "Which official network the file holds.", required=True, **on
    )
    flags.DEFINE_string(
        "output",
        None,
        "PREFIX of the files to write: PREFIX.weights.h5 and PREFIX.json.",
        required=True,
        **on,
    )
    flags.DEFINE_integer("image_size", 320, "Side of the network's input in pixels.", lower_bound=32, **on)


def config_from_flags(flag_values):
    """Reads `ImportConfig` from parsed flags."""
    return ImportConfig(
        **{field.name: flag_values[field.name].value for field in dataclasses.fields(ImportConfig)}
    )


def run(config):
    """Writes the network; returns the path of its JSON file and the `MappingReport`."""
    import pathlib

    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.official import load_official_student, load_official_teacher

    loaders = {"student": load_official_student, "teacher": load_official_teacher}
    size = (config.image_size, config.image_size)
    model, network_config, report = loaders[config.network](config.checkpoint, image_size=size)
    metadata = {
        "source": pathlib.Path(config.checkpoint).name,
        "used_tensors": report.used,
        "unused_tensors": list(report.unused),
    }
    return save_network(config.output, model, network_config, metadata), report


def main(_):
    with one_line_errors():
        path, report = run(config_from_flags(flags.FLAGS))
    print(report)
    print(f"Wrote {path}")


if __name__ == "__main__":
    define_flags()
    app.run(main)
