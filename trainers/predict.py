"""Blur maps of a folder from any model.

python -m trainers.predict --model=MODEL (--input_dir=PHOTOS | --data_dir=DATA --split=train) --output_dir=OUT
"""

import dataclasses
import sys

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors
from trainers.flags import image_size


@dataclasses.dataclass(frozen=True)
class PredictConfig:
    """Which model, which photographs, which files; the flags say what each field means."""

    model: str
    output_dir: str
    input_dir: str | None = None
    data_dir: str | None = None
    split: str = "train"
    batch_size: int = 4
    image_size: tuple[int, int] | None = None
    map_size: str = "photo"
    bits: int = 8
    mirror: bool = False
    average_with: tuple = ()
    overwrite: bool = False
    progress: bool = True

    def __post_init__(self):
        if (self.input_dir is None) == (self.data_dir is None):
            raise ValueError(
                "Give exactly one of --input_dir and --data_dir. "
                f"Received: input_dir={self.input_dir!r}, data_dir={self.data_dir!r}."
            )


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_string("model", None, "PREFIX of a saved network, or a .tflite file.", required=True, **on)
    flags.DEFINE_string("output_dir", None, "Where <stem>.png go; white is blurred.", required=True, **on)
    flags.DEFINE_string("input_dir", None, "Folder of photographs, with all folders below it.", **on)
    flags.DEFINE_string("data_dir", None, "Dataset folder, instead of --input_dir.", **on)
    flags.DEFINE_enum("split", "train", ("train", "test"), "Part of --data_dir.", **on)
    flags.DEFINE_integer("batch_size", 4, "Photographs per model step.", lower_bound=1, **on)
    flags.DEFINE_list("image_size", None, "Size in px that a network works at in place of its own.", **on)
    flags.DEFINE_enum(
        "map_size",
        "photo",
        ("photo", "model"),
        "Size of the maps: the photograph's, or what the model gives (a distillation cache).",
        **on,
    )
    flags.DEFINE_enum("bits", "8", ("8", "16"), "Bits per pixel.", **on)
    flags.DEFINE_bool("mirror", False, "Average with the mirrored photo's map: better, half as fast.", **on)
    flags.DEFINE_list("average_with", [], "PREFIXes of more networks; maps are the mean of all.", **on)
    flags.DEFINE_bool("overwrite", False, "Write maps that exist again.", **on)
    flags.DEFINE_bool("progress", True, "Show a progress bar.", **on)


def config_from_flags(flag_values):
    """Reads `PredictConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(PredictConfig)}
    size = image_size(values["image_size"])
    return PredictConfig(
        **values
        | {"bits": int(values["bits"]), "image_size": size, "average_with": tuple(values["average_with"])}
    )


def run(config):
    """Writes the maps; returns the `MapReport`."""
    from dbdgan_tf.data.layouts import find_samples
    from dbdgan_tf.evaluation import averaged, mirrored, model_predictor
    from dbdgan_tf.evaluation.map_writer import describe_model, find_photographs, write_maps

    if config.input_dir:
        samples = find_photographs(config.input_dir)
    else:
        samples = find_samples(config.data_dir, config.split)
    source = {**describe_model(config.model), "map_size": config.map_size}
    if config.image_size:
        source["image_size"] = list(config.image_size)
    options = config.batch_size, config.map_size, config.image_size
    predictor = model_predictor(config.model, *options)
    if config.average_with:
        source["averaged"] = [describe_model(model) for model in config.average_with]
        others = [model_predictor(model, *options) for model in config.average_with]
        predictor = averaged([predictor, *others])
    if config.mirror:
        source, predictor = {**source, "mirror": True}, mirrored(predictor)
    return write_maps(
        samples,
        predictor,
        config.output_dir,
        bits=config.bits,
        overwrite=config.overwrite,
        source=source,
        progress=config.progress,
    )


def main(_):
    with one_line_errors():
        report = run(config_from_flags(flags.FLAGS))
    print(report)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    define_flags()
    app.run(main)
