"""Checks a .tflite file against its student: `python -m tflite.verify model.tflite --checkpoint=PREFIX`.

Without --checkpoint only the structure is checked. The exit code is 1 if a budget is missed.
"""

import dataclasses
import json
import sys
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors

FLAGS = flags.FLAGS
_BUDGET_FLAGS = ("max_abs_error", "mean_abs_error", "max_f_change", "mae_change", "megabytes")


@dataclasses.dataclass(frozen=True)
class VerifyConfig:
    """What to check against what; `budget` None takes the one of the file's variant.

    Attributes:
        model: The .tflite file.
        checkpoint: PREFIX of the Keras student, or of the quantize-aware one (for its int8 file); or None.
        data_dir: Data set with masks (then F-measure and error are compared) or a folder of photos.
        split: Of the data set.
        count: Most images.
        budget: A `dbdgan_tf.verification.checks.Budget`, or dict of changes to the variant's.
        num_threads: Of the interpreter.
        output: Where to write the report as JSON, or None.
    """

    model: str
    checkpoint: str | None = None
    data_dir: str | None = None
    split: str = "test"
    count: int = 32
    budget: dict = dataclasses.field(default_factory=dict)
    num_threads: int = 2
    output: str | None = None


def define_flags():
    """Defines the command's flags; called once, when it runs as a program."""
    flags.DEFINE_string("checkpoint", None, "PREFIX of the student's or QAT student's .weights.h5 and .json.")
    flags.DEFINE_string("data_dir", None, "Data set with masks, or a folder of photos.")
    flags.DEFINE_enum("split", "test", ["train", "test"], "Of the data set.")
    flags.DEFINE_integer("count", 32, "Most images to compare.", lower_bound=1)
    flags.DEFINE_integer("num_threads", 2, "Threads of the interpreter.", lower_bound=1)
    flags.DEFINE_string("output", None, "Where to write the report as JSON.")
    flags.DEFINE_float("max_abs_error", None, "Largest difference of a pixel from Keras, 0..1.")
    flags.DEFINE_float("mean_abs_error", None, "Mean difference from Keras, 0..1.")
    flags.DEFINE_float("max_f_change", None, "Change of max F.")
    flags.DEFINE_float("mae_change", None, "Change of the mean absolute error.")
    flags.DEFINE_float("megabytes", None, "File size in 10^6 bytes.")
    flags.DEFINE_integer("partitions", None, "XNNPACK partitions.")
    flags.DEFINE_bool("gpu", None, "Whether the GPU delegate must take the whole graph.")


def run(config):
    """Checks a file.

    Args:
        config: A `VerifyConfig`.

    Returns:
        A JSON-ready report: "structure", "maps" (None without a checkpoint), "budget", "failures".

    Raises:
        ValueError: If the file, the checkpoint or the data cannot be used.
        ReferenceMapsError: If a quantize-aware checkpoint's maps cannot be made.
    """
    from dbdgan_tf.verification.checks import BUDGETS, Budget, check_structure

    structure = check_structure(config.model, config.num_threads)
    budget = dataclasses.replace(BUDGETS.get(structure.variant, Budget()), **config.budget)
    failures = structure.failures(budget)
    maps = None
    if config.checkpoint:
        failures += _other_source(config)
        maps = _compare_with_keras(config)
        failures += maps.failures(budget)
    report = {
        "model": Path(config.model).name,
        "structure": dataclasses.asdict(structure),
        "maps": maps and dataclasses.asdict(maps),
        "budget": dataclasses.asdict(budget),
        "failures": failures,
    }
    report["structure"]["gpu_violations"] = [str(violation) for violation in structure.gpu_violations]
    if config.output:
        Path(config.output).write_text(json.dumps(report, indent=2) + "\n")
    return report


def _other_source(config):
    """A failure if the file names other source weights than the checkpoint's."""
    from dbdgan_tf.model_file.metadata import read_file_metadata, weights_checksum
    from dbdgan_tf.models.serialization import network_files

    named = read_file_metadata(config.model).source_checksum
    own = weights_checksum(network_files(config.checkpoint)[0])
    return (
        [f"made from other weights ({named}) than the checkpoint's ({own})"] if named and named != own else []
    )


def _compare_with_keras(config):
    from dbdgan_tf.data.image_io import read_image
    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.verification.checks import compare_maps

    if not config.data_dir:
        raise ValueError("Maps need photos to be compared on: give --data_dir. Received: none.")
    detector = BlurDetector(config.model, num_threads=config.num_threads)
    samples = _samples(config)
    photos, stems = [sample.image for sample in samples], [sample.stem for sample in samples]
    reference = _reference_maps(config.checkpoint, detector.image_size, photos)
    own = [detector(read_image(photo)).blur_map for photo in photos]
    maps = {
        "reference": dict(zip(stems, reference, strict=True)),
        "own": dict(zip(stems, own, strict=True)),
    }
    pairs = [(maps["reference"][sample.stem], maps["own"][sample.stem]) for sample in samples]
    return compare_maps(pairs, _scores(samples, maps) if samples[0].mask else {})


def _reference_maps(checkpoint, image_size, photos):
    """The student's maps; a quantize-aware one's are simulated int8, and come from a process of their own."""
    from dbdgan_tf.data.image_io import read_image
    from dbdgan_tf.evaluation import network_predictor
    from dbdgan_tf.models import load_network
    from dbdgan_tf.quantization.reference_maps import is_qat_checkpoint, reference_maps

    if is_qat_checkpoint(checkpoint):
        return reference_maps(checkpoint, image_size, photos)
    student, about = load_network(checkpoint, image_size=image_size)
    predictor = network_predictor(student, image_size, about.input_scaling)
    return [predictor(read_image(photo)) for photo in photos]


def _samples(config):
    from dbdgan_tf.data import find_samples, find_unlabelled

    try:
        samples = find_samples(config.data_dir, config.split)
    except ValueError:
        samples = find_unlabelled(config.data_dir)
    step = max(1, len(samples) // config.count)
    return samples[::step][: config.count]


class _KnownMaps:
    """A predictor that hands out maps it was given."""

    def __init__(self, maps):
        self._maps = maps

    def missing(self, samples):
        return []

    def predict(self, samples):
        return ((sample, self._maps[sample.stem]) for sample in samples)


def _scores(samples, maps):
    from dbdgan_tf.evaluation import evaluate

    metrics = {
        key: evaluate(samples, _KnownMaps(known), positive="blur").metrics(resamples=0)
        for key, known in maps.items()
    }
    return {name: (metrics["reference"][name], metrics["own"][name]) for name in ("max_f", "mae")}


def gpu_note(report):
    """One line: what the GPU delegate makes of the file, by its published rules; no GPU was asked."""
    found = len(report["structure"]["gpu_violations"])
    verdict = f"would leave {found} operators to the CPU" if found else "would take the whole graph"
    note = f"GPU delegate: {verdict}, by its published rules"
    if report["structure"]["variant"].endswith("int8"):
        note += "; it computes int8 graphs in float, so maps differ from the CPU's by their rounding"
    return f"{note}."


def main(argv):
    if len(argv) != 2:
        raise app.UsageError(f"Give one .tflite file. Received: {argv[1:]}.")
    names = [
        field.name for field in dataclasses.fields(VerifyConfig) if field.name not in ("model", "budget")
    ]
    values = {name: FLAGS[name].value for name in names}
    budget = {name: FLAGS[name].value for name in (*_BUDGET_FLAGS, "partitions", "gpu")}
    budget = {name: value for name, value in budget.items() if value is not None}
    with one_line_errors():
        report = run(VerifyConfig(argv[1], budget=budget, **values))
    print(json.dumps(report, indent=2))
    print(gpu_note(report))
    if report["failures"]:
        sys.exit("tflite.verify: FAILED\n  " + "\n  ".join(report["failures"]))
    print(f"tflite.verify: {report['model']} keeps its budget")


if __name__ == "__main__":
    define_flags()
    app.run(main)
