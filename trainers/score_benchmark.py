r"""Does `dbdgan score` tell sharp photographs from soft ones? Sharp ones, made worse at their own resolution.

python -m trainers.score_benchmark --sharp_dir=PHOTOS --list=configs/sharp_reporting.txt \
    --output=runs/score.json
"""

import dataclasses

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class ScoreBenchmarkConfig:
    """Which photographs."""

    sharp_dir: str = option(REQUIRED, "Folder of sharp photographs.")
    list: str | None = option(None, "Text file of the stems to report on; the others are for choosing.")
    half: str = option("reporting", "Those of the list, or the others.", choices=("reporting", "choosing"))
    model: str = option("lite", "A bundled model or a .tflite file.")
    count: int | None = option(None, "Only the first so many.", at_least=1)
    seed: int = option(0, "Of noise and directions of motion.", at_least=0)
    output: str | None = option(None, "JSON file to write.")
    picture: str | None = option(None, "Only draw the first photograph at five kernels into this file.")


def run(config):
    """Measures, prints and writes; returns the JSON-ready figures, or None for a picture."""
    from dbdgan_tf import BlurDetector
    from dbdgan_tf.data.layouts import find_unlabelled, read_stems
    from dbdgan_tf.evaluation import score_benchmark
    from dbdgan_tf.photo import read_image, write_image

    samples = find_unlabelled(config.sharp_dir)
    if config.list:
        listed, wanted = read_stems(config.list), config.half == "reporting"
        samples = [sample for sample in samples if (sample.stem in listed) == wanted]
    if not samples:
        raise ValueError(f"No photograph is left. Received: {config.sharp_dir}, {config.list}.")
    detector = BlurDetector(config.model)
    photographs = [sample.image for sample in samples][: config.count]
    if config.picture:
        drawn = score_benchmark.score_picture(read_image(photographs[0]), detector)
        return write_image(config.picture, drawn)
    summary = score_benchmark.summarize(score_benchmark.measure(photographs, detector, config.seed))
    print(score_benchmark.format_summary(summary))
    summary["pages"] = score_benchmark.measure_pages(detector)
    print("Pages of text:", summary["pages"])
    if config.output:
        write_json(config.output, summary)
    return summary


if __name__ == "__main__":
    start(ScoreBenchmarkConfig, run)
