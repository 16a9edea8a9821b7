"""Checks a .tflite file against its student: `dbdgan verify model.tflite --checkpoint=PREFIX`.

Without --checkpoint only the structure is checked. The exit code is 1 if a budget is missed.
"""

import dataclasses
import json
import sys
from pathlib import Path

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option
from dbdgan_tf.verification.checks import BUDGETS, Budget, check_structure, compare_maps


@dataclasses.dataclass(frozen=True)
class VerifyConfig(Budget):
    """What to check against what; None in the budget stands for what the file's variant allows."""

    model: str = option(REQUIRED, "one .tflite file", words=True)
    checkpoint: str | None = option(None, "PREFIX of the student's or QAT student's .weights.h5 and .json.")
    data_dir: str | None = option(None, "Data set with masks, or a folder of photos.")
    split: str = option("test", "Of the data set.", ("train", "test"))
    count: int = option(32, "Most images to compare.", at_least=1)
    num_threads: int = option(2, "Threads of the interpreter.", at_least=1)
    output: str | None = option(None, "Where to write the report as JSON.")

    def budget(self, variant):
        """The `Budget` of a file of this variant."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(Budget)}
        own = {name: value for name, value in own.items() if value is not None}
        return dataclasses.replace(BUDGETS.get(variant, Budget()), **own)


def run(config):
    """Checks a file; JSON-ready: "structure", "maps" (None without a checkpoint), "budget", "failures"."""
    structure = check_structure(config.model, config.num_threads)
    budget = config.budget(structure.variant)
    failures = structure.failures(budget)
    maps = None
    if config.checkpoint:
        failures += _other_source(config)
        maps = _compare_with_keras(config)
        failures += maps.failures(budget)
    report = {
        "model": Path(config.model).name, "structure": dataclasses.asdict(structure),
        "maps": maps and dataclasses.asdict(maps), "budget": dataclasses.asdict(budget), "failures": failures,
    }  # fmt: skip
    report["structure"]["gpu_violations"] = [str(violation) for violation in structure.gpu_violations]
    if config.output:
        write_json(config.output, report)
    return report


def _other_source(config):
    from dbdgan_tf.model_file.metadata import read_metadata, weights_checksum
    from dbdgan_tf.models.serialization import network_files

    named = read_metadata(Path(config.model).read_bytes()).source_checksum
    own = weights_checksum(network_files(config.checkpoint)[0])
    failure = f"made from other weights ({named}) than the checkpoint's ({own})"
    return [failure] if named and named != own else []


def _compare_with_keras(config):
    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.photo import read_image

    if not config.data_dir:
        raise ValueError("Maps need photos to be compared on: give --data_dir. Received: none.")
    detector = BlurDetector(config.model, num_threads=config.num_threads)
    samples = _samples(config)
    photos = [sample.image for sample in samples]
    reference = _reference_maps(config.checkpoint, detector.image_size, photos)
    own = [detector(read_image(photo)).blur_map for photo in photos]
    scores = _scores(samples, reference, own) if samples[0].mask else {}
    return compare_maps(zip(reference, own, strict=True), scores)


def _reference_maps(checkpoint, image_size, photos):
    """The student's maps; a quantize-aware one's are simulated int8, and come from a process of their own."""
    from dbdgan_tf.evaluation import network_predictor
    from dbdgan_tf.models import load_network
    from dbdgan_tf.photo import read_image
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


def _scores(samples, *runs):
    """Name -> a score of each run, a run being the maps of all samples in their order."""
    from dbdgan_tf.evaluation import evaluate

    def score(maps):
        maps = iter(maps)
        return evaluate(samples, lambda _: next(maps), positive="blur").metrics(resamples=0)

    metrics = [score(maps) for maps in runs]
    return {name: tuple(one[name] for one in metrics) for name in ("max_f", "mae")}


def gpu_note(report):
    """One line: what the GPU delegate makes of the file, by its published rules; no GPU was asked."""
    found = len(report["structure"]["gpu_violations"])
    verdict = f"would leave {found} operators to the CPU" if found else "would take the whole graph"
    note = f"GPU delegate: {verdict}, by its published rules"
    if report["structure"]["variant"].endswith("int8"):
        note += "; it computes int8 graphs in float, so maps differ from the CPU's by their rounding"
    return f"{note}."


def check(config):
    """Checks, prints, and ends the process with exit code 1 where a budget is missed."""
    report = run(config)
    print(json.dumps(report, indent=2))
    print(gpu_note(report))
    if report["failures"]:
        sys.exit("verify: FAILED\n  " + "\n  ".join(report["failures"]))
    print(f"verify: {report['model']} keeps its budget")


def main(arguments=None):
    """Runs the command with these words, the program's name first, or with those of the process."""
    start(VerifyConfig, check, arguments)
