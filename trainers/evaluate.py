"""Scores a model or a folder of maps.

python -m trainers.evaluate --data_dir=DATA --split=test (--model=MODEL | --maps_dir=MAPS) --output_dir=OUT
"""

import dataclasses
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors
from trainers.flags import image_size


@dataclasses.dataclass(frozen=True)
class EvaluateConfig:
    """What to evaluate, against what, and where the results go; the flags say what each field means."""

    data_dir: str
    output_dir: str
    split: str = "test"
    maps_dir: str | None = None
    model: str | None = None
    positive: str = "both"
    mask_polarity: str = "auto"
    maps_polarity: str = "blur"
    name: str | None = None
    allow_missing: bool = False
    save_maps: bool = True
    batch_size: int = 4
    image_size: tuple[int, int] | None = None
    bootstrap: int = 1000
    seed: int = 0
    progress: bool = True

    def __post_init__(self):
        if (self.maps_dir is None) == (self.model is None):
            raise ValueError(
                "Give exactly one of --maps_dir and --model. "
                f"Received: maps_dir={self.maps_dir!r}, model={self.model!r}."
            )


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_string("data_dir", None, "Dataset folder with photographs and masks.", required=True, **on)
    flags.DEFINE_string("output_dir", None, "Where the results go.", required=True, **on)
    flags.DEFINE_enum("split", "test", ("train", "test"), "Part of the dataset.", **on)
    flags.DEFINE_string("maps_dir", None, "Folder of blur maps, one <stem>.png per photograph.", **on)
    flags.DEFINE_string("model", None, "Model to run: PREFIX of a saved network, or a .tflite file.", **on)
    flags.DEFINE_enum("positive", "both", ("blur", "focus", "both"), "Class that counts as positive.", **on)
    flags.DEFINE_enum(
        "mask_polarity", "auto", ("auto", "blur", "focus"), "What white means in the masks.", **on
    )
    flags.DEFINE_enum("maps_polarity", "blur", ("blur", "focus"), "What white means in --maps_dir.", **on)
    flags.DEFINE_string("name", None, "Name in tables; default: the model's or folder's.", **on)
    flags.DEFINE_bool("allow_missing", False, "Leave out photographs without a map, listing them.", **on)
    flags.DEFINE_bool("save_maps", True, "Keep a model's maps in OUTPUT_DIR/maps.", **on)
    flags.DEFINE_integer("batch_size", 4, "Photographs per model step.", lower_bound=1, **on)
    flags.DEFINE_list("image_size", None, "Size in px that a network works at in place of its own.", **on)
    flags.DEFINE_integer(
        "bootstrap", 1000, "Resamples behind the 95 % intervals; 0: none.", lower_bound=0, **on
    )
    flags.DEFINE_integer("seed", 0, "Seed of the bootstrap.", **on)
    flags.DEFINE_bool("progress", True, "Show a progress bar.", **on)


def config_from_flags(flag_values):
    """Reads `EvaluateConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(EvaluateConfig)}
    return EvaluateConfig(**values | {"image_size": image_size(values["image_size"])})


def run(config):
    """Evaluates and writes the results; returns the `EvaluationResult`."""
    from dbdgan_tf.data.layouts import find_samples
    from dbdgan_tf.evaluation import evaluate, format_table, maps_predictor, model_predictor

    polarity = None if config.mask_polarity == "auto" else config.mask_polarity
    samples = find_samples(config.data_dir, config.split, polarity)
    if config.maps_dir:
        predictor = maps_predictor(config.maps_dir, config.maps_polarity)
    else:
        predictor = model_predictor(config.model, config.batch_size, image_size=config.image_size)
    result = evaluate(
        samples,
        predictor,
        config.positive,
        name=config.name or Path(config.maps_dir or config.model).name,
        allow_missing=config.allow_missing,
        save_maps_dir=Path(config.output_dir) / "maps" if config.model and config.save_maps else None,
        progress=config.progress,
    )
    metrics = result.save(config.output_dir, config.bootstrap, config.seed)
    rows = [(result.name, item) for item in (metrics.values() if config.positive == "both" else (metrics,))]
    print(format_table(rows))
    if result.missing:
        print(f"{len(result.missing)} photographs have no map and are left out: {', '.join(result.missing)}")
    print(f"Results: {config.output_dir}")
    return result


def main(_):
    with one_line_errors():
        run(config_from_flags(flags.FLAGS))


if __name__ == "__main__":
    define_flags()
    app.run(main)
