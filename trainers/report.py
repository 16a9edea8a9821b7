r"""Evaluations side by side in one HTML file, and the results picture.

python -m trainers.report --evaluations=student=OUT1,teacher=OUT2 --maps=DPN=MAPS --data_dir=DATA \
    --output=report.html --picture=results.png
"""

import dataclasses
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors
from trainers.flags import named_paths

POLARITIES = ("auto", "blur", "focus")


@dataclasses.dataclass(frozen=True)
class ReportConfig:
    """What to compare and what to write; the flags say what each field means."""

    evaluations: tuple = ()
    maps: tuple = ()
    data_dir: str | None = None
    split: str = "test"
    mask_polarity: str = "auto"
    output: str | None = None
    picture: str | None = None
    picture_stems: tuple = ()
    picture_rows: int = 5
    examples: int = 6
    sort_by: str = "mae"
    title: str = "Defocus blur detection"
    bootstrap: int = 1000

    def __post_init__(self):
        if not self.evaluations and not self.maps:
            raise ValueError("Nothing to report. Received: neither --evaluations nor --maps.")
        if self.maps and not self.data_dir:
            raise ValueError("--maps needs --data_dir, whose masks they are scored against. Received: none.")
        if not self.output and not self.picture:
            raise ValueError("Nothing to write. Received: neither --output nor --picture.")


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_list(
        "evaluations", [], "Folders of trainers.evaluate, NAME=DIR or DIR; the first is under report.", **on
    )
    flags.DEFINE_list("maps", [], "Folders of published maps (white = blurred) to evaluate, NAME=DIR.", **on)
    flags.DEFINE_string("data_dir", None, "Dataset folder that --maps belong to.", **on)
    flags.DEFINE_enum("split", "test", ("train", "test"), "Part of --data_dir.", **on)
    flags.DEFINE_enum("mask_polarity", "auto", POLARITIES, "What white means in the masks.", **on)
    flags.DEFINE_string("output", None, "HTML file to write.", **on)
    flags.DEFINE_string("picture", None, "Grid picture to write, .png or .jpg.", **on)
    flags.DEFINE_list("picture_stems", [], "Images of the picture; default: spread from best to worst.", **on)
    flags.DEFINE_integer("picture_rows", 5, "Images of the picture.", lower_bound=1, **on)
    flags.DEFINE_integer("examples", 6, "Best and worst images of the page.", lower_bound=0, **on)
    flags.DEFINE_string("sort_by", "mae", "Per-image score that makes an image best or worst.", **on)
    flags.DEFINE_string("title", "Defocus blur detection", "Heading of the page.", **on)
    flags.DEFINE_integer("bootstrap", 1000, "Resamples behind the 95 % intervals.", lower_bound=0, **on)


def config_from_flags(flag_values):
    """Reads `ReportConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(ReportConfig)}
    return ReportConfig(**{key: tuple(v) if isinstance(v, list) else v for key, v in values.items()})


def run(config):
    """Writes the page and the picture; returns the `Comparison`."""
    from dbdgan_tf.data.image_io import write_image
    from dbdgan_tf.evaluation.report import Comparison, build_page, grid_picture
    from dbdgan_tf.evaluation.report.pictures import spread

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


def main(_):
    with one_line_errors():
        run(config_from_flags(flags.FLAGS))


if __name__ == "__main__":
    define_flags()
    app.run(main)
