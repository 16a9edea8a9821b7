r"""Does `dbdgan score` tell sharp photographs from soft ones? Sharp ones, made worse at their own resolution.

python -m trainers.score_benchmark --sharp_dir=PHOTOS --list=configs/sharp_reporting.txt \
    --partners_dir=DATA/mfi_whu --output=runs/score.json
"""

import dataclasses

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class ScoreBenchmarkConfig:
    sharp_dir: str = option(REQUIRED, "Folder of sharp photographs.")
    list: str | None = option(None, "Text file of the stems to report on; the others are for choosing.")
    half: str = option("reporting", "Those of the list, or the others.", choices=("reporting", "choosing"))
    partners_dir: str | None = option(None, "Data set of scenes focused near and far, SCENE_near, SCENE_far.")
    model: str = option("lite", "A bundled model or a .tflite file.")
    count: int | None = option(None, "Only the first so many.", at_least=1)
    seed: int = option(0, "Of noise and directions of motion.", at_least=0)
    output: str | None = option(None, "JSON file to write.")
    picture: str | None = option(None, "Only draw the first photograph at five kernels into this file.")


def run(config):
    from dbdgan_tf import BlurDetector
    from dbdgan_tf.data.layouts import find_samples, find_unlabelled, read_stems
    from dbdgan_tf.evaluation import score_benchmark
    from dbdgan_tf.evaluation.score_benchmark import score_picture
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
        return write_image(config.picture, score_picture(read_image(photographs[0]), detector))
    summary = score_benchmark.summarize(score_benchmark.measure(photographs, detector, config.seed))
    print(score_benchmark.format_summary(summary))
    pages = score_benchmark.measure_pages(detector)
    summary["pages"] = {name: row["verdict"] for name, row in pages.items()}
    print("Pages of text:", summary["pages"])
    if config.partners_dir:
        right, compared = score_benchmark.count_partners(find_samples(config.partners_dir), detector)
        summary["partners"] = {"right": right, "compared": compared}
        print(f"Partners ordered rightly: {right} of {compared} ({right / max(1, compared):.3f})")
    if config.output:
        write_json(config.output, summary)
    return summary


if __name__ == "__main__":
    start(ScoreBenchmarkConfig, run)
