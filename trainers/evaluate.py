"""Scores a model or a folder of maps.

python -m trainers.evaluate --data_dir=DATA --split=test (--model=MODEL | --maps_dir=MAPS) --output_dir=OUT
"""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class EvaluateConfig:
    """What to evaluate, against what, and where the results go."""

    data_dir: str = option(REQUIRED, "Dataset folder with photographs and masks.")
    output_dir: str = option(REQUIRED, "Where the results go.")
    split: str = option("test", "Part of the dataset.", ("train", "test"))
    maps_dir: str | None = option(None, "Folder of blur maps, one <stem>.png per photograph.")
    model: str | None = option(None, "Model to run: PREFIX of a saved network, or a .tflite file.")
    positive: str = option("both", "Class that counts as positive.", ("blur", "focus", "both"))
    mask_polarity: str = option("auto", "What white means in the masks.", ("auto", "blur", "focus"))
    maps_polarity: str = option("blur", "What white means in --maps_dir.", ("blur", "focus"))
    name: str | None = option(None, "Name in tables; default: the model's or folder's.")
    allow_missing: bool = option(False, "Leave out photographs without a map, listing them.")
    save_maps: bool = option(True, "Keep a model's maps in OUTPUT_DIR/maps.")
    batch_size: int = option(4, "Photographs per model step.", at_least=1)
    image_size: tuple[int, int] | None = option(
        None, "Size in px that a network works at in place of its own.", at_least=32
    )
    bootstrap: int = option(1000, "Resamples behind the 95 % intervals; 0: none.", at_least=0)
    seed: int = option(0, "Seed of the bootstrap.")
    progress: bool = option(True, "Show a progress bar.")

    def __post_init__(self):
        if (self.maps_dir is None) == (self.model is None):
            raise ValueError(
                "Give exactly one of --maps_dir and --model. "
                f"Received: maps_dir={self.maps_dir!r}, model={self.model!r}."
            )


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


if __name__ == "__main__":
    start(EvaluateConfig, run)
