"""Blur maps of a folder from any model.

python -m trainers.predict (--model=MODEL | --out_of_fold=RUN0,RUN1) (--input_dir=PHOTOS | --data_dir=DATA) \
    --output_dir=OUT
"""

import dataclasses
import sys

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, check_exactly_one, option


@dataclasses.dataclass(frozen=True)
class PredictConfig:
    output_dir: str = option(REQUIRED, "Where <stem>.png go; white is blurred.")
    model: str | None = option(None, "PREFIX of a saved network, or a .tflite file.")
    out_of_fold: tuple = option((), "Runs of all folds, instead of --model; those average that never saw it.")
    in_fold: bool = option(False, "With --out_of_fold: those that were trained on it instead, to compare.")
    input_dir: str | None = option(None, "Folder of photographs, with all folders below it.")
    data_dir: str | None = option(None, "Dataset folder, instead of --input_dir.")
    split: str = option("train", "Part of --data_dir.", ("train", "test"))
    batch_size: int = option(4, "Photographs per model step.", at_least=1)
    image_size: tuple[int, int] | None = option(None, "Size in px for a network to work at.", at_least=32)
    map_size: str = option("photo", "Size of the maps: the photograph's, or the model's.", ("photo", "model"))
    bits: int = option(8, "Bits per pixel.", (8, 16))
    mirror: bool = option(False, "Average with the mirrored photo's map: better, half as fast.")
    average_with: tuple = option((), "PREFIXes of more networks; maps are the mean of all.")
    overwrite: bool = option(False, "Write maps that exist again.")
    progress: bool = option(True, "Show a progress bar.")

    def __post_init__(self):
        check_exactly_one(self, "model", "out_of_fold")
        check_exactly_one(self, "input_dir", "data_dir")
        if self.in_fold and not self.out_of_fold:
            raise ValueError("--in_fold chooses among the networks of --out_of_fold. Received: none.")


def run(config):
    from dbdgan_tf.data.layouts import find_samples
    from dbdgan_tf.evaluation import averaged, mirrored, model_predictor
    from dbdgan_tf.evaluation.map_files import describe_model, find_photographs, write_maps
    from dbdgan_tf.evaluation.predictors import OutOfFoldPredictor, best_network
    from dbdgan_tf.training.records import read_trained_on

    if config.input_dir:
        samples = find_photographs(config.input_dir)
    else:
        samples = find_samples(config.data_dir, config.split)
    models = [best_network(run) for run in config.out_of_fold] or [config.model, *config.average_with]
    source = {"models": [describe_model(model) for model in models], "map_size": config.map_size}
    source |= {"image_size": list(config.image_size or ()), "mirror": config.mirror}
    source |= {"out_of_fold": bool(config.out_of_fold), **({"in_fold": True} if config.in_fold else {})}
    trained_on = {model: read_trained_on(model) for model in models} if config.out_of_fold else None
    options = config.batch_size, config.map_size, config.image_size
    predictors = [model_predictor(model, *options) for model in models]
    if config.mirror or config.out_of_fold:
        predictors = [mirrored(predictor) for predictor in predictors]
    if config.out_of_fold:
        predictor = OutOfFoldPredictor(dict(zip(models, predictors, strict=True)), trained_on, config.in_fold)
    else:
        predictor = averaged(predictors)
    return write_maps(
        samples, predictor, config.output_dir, bits=config.bits, overwrite=config.overwrite, source=source,
        progress=config.progress,
    )  # fmt: skip


def main(config):
    report = run(config)
    print(report)
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    start(PredictConfig, main)
