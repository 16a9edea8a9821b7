r"""Evaluations side by side in one HTML file, and the results picture.

python -m trainers.report --evaluations=student=OUT1,teacher=OUT2 --maps=DPN=MAPS --data_dir=DATA \
    --output=report.html --picture=results.png
"""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.flags import named_paths, start
from dbdgan_tf.command.options import option


@dataclasses.dataclass(frozen=True)
class ReportConfig:
    evaluations: tuple = option((), "Folders of trainers.evaluate, NAME=DIR or DIR, the reported one first.")
    maps: tuple = option((), "Folders of published maps (white = blurred) to evaluate, NAME=DIR.")
    data_dir: str | None = option(None, "Dataset folder that --maps belong to.")
    split: str = option("test", "Part of --data_dir.", ("train", "test"))
    mask_polarity: str = option("auto", "What white means in the masks.", ("auto", "blur", "focus"))
    output: str | None = option(None, "HTML file to write.")
    picture: str | None = option(None, "Grid picture to write, .png or .jpg.")
    picture_stems: tuple = option((), "Images of the picture; default: spread from best to worst.")
    picture_rows: int = option(5, "Images of the picture.", at_least=1)
    examples: int = option(6, "Best and worst images of the page.", at_least=0)
    sort_by: str = option("mae", "Per-image score that makes an image best or worst.")
    title: str = option("Defocus blur detection", "Heading of the page.")
    bootstrap: int = option(1000, "Resamples behind the 95 % intervals.", at_least=0)

    def __post_init__(self):
        if not self.evaluations and not self.maps:
            raise ValueError("Nothing to report. Received: neither --evaluations nor --maps.")
        if self.maps and not self.data_dir:
            raise ValueError("--maps needs --data_dir, whose masks they are scored against. Received: none.")
        if not self.output and not self.picture:
            raise ValueError("Nothing to write. Received: neither --output nor --picture.")


def run(config):
    from dbdgan_tf.evaluation.report import Comparison, build_page, grid_picture
    from dbdgan_tf.evaluation.report.pictures import spread
    from dbdgan_tf.photo import write_image

    comparison = Comparison.of([*_saved(config), *_published(config)])
    if config.output:
        options = {"examples": config.examples, "sort_by": config.sort_by, "resamples": config.bootstrap}
        page = build_page(comparison, config.title, **options)
        path = Path(config.output)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
        print(f"Report: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    if config.picture:
        ranked = comparison.ranked(comparison.positives[0], config.sort_by)
        stems = list(config.picture_stems) or spread(ranked, config.picture_rows)
        write_image(config.picture, grid_picture(comparison, stems))
        print(f"Picture: {config.picture} ({', '.join(stems)})")
    return comparison


def _saved(config):
    from dbdgan_tf.evaluation import EvaluationResult

    for name, folder in named_paths(config.evaluations):
        result = EvaluationResult.load(folder)
        yield dataclasses.replace(result, name=name) if name else result


def _published(config):
    from dbdgan_tf.data.layouts import find_samples
    from dbdgan_tf.evaluation import evaluate, maps_predictor

    if not config.maps:
        return
    polarity = None if config.mask_polarity == "auto" else config.mask_polarity
    samples = find_samples(config.data_dir, config.split, polarity)
    for name, folder in named_paths(config.maps):
        name = name or Path(folder).name
        yield evaluate(samples, maps_predictor(folder), name=name, allow_missing=True, progress=True)


if __name__ == "__main__":
    start(ReportConfig, run)
