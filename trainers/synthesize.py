"""Makes a training set of synthetic defocus from sharp photographs.

python -m trainers.synthesize --output_dir=ROOT [--count=400] [--source_dir=SHARP [--regions_dir=REGIONS]]

Without --source_dir it uses the photographs that scikit-image ships.
"""

import dataclasses

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors
from trainers.flags import image_size


@dataclasses.dataclass(frozen=True)
class SynthesizeConfig:
    """What to make from what; the flags say what each field means."""

    output_dir: str
    count: int = 400
    test_count: int | None = None
    source_dir: str | None = None
    source_list: str | None = None
    regions_dir: str | None = None
    image_size: tuple[int, int] = (320, 320)
    blur_threshold: float = 2.0
    soft_mask: bool = False
    sharp_share: float = 0.1
    seed: int = 0
    workers: int | None = None
    progress: bool = True


def define_flags(flag_values=flags.FLAGS):
    """Defines this command's flags."""
    on = {"flag_values": flag_values}
    flags.DEFINE_string("output_dir", None, "ROOT/{train,test}/{images,masks} are made.", required=True, **on)
    flags.DEFINE_integer("count", 400, "Training photographs.", lower_bound=1, **on)
    flags.DEFINE_integer("test_count", None, "Test photographs; default --count / 5.", lower_bound=0, **on)
    flags.DEFINE_string("source_dir", None, "Folder of sharp photographs; default scikit-image's.", **on)
    flags.DEFINE_string("source_list", None, "Text file of the stems used of it, one a line.", **on)
    flags.DEFINE_string("regions_dir", None, "Folder of <stem>.png region numbers of the photographs.", **on)
    flags.DEFINE_list("image_size", ["320"], "Height and width in px, or one number for both.", **on)
    flags.DEFINE_float("blur_threshold", 2.0, "Blur circle in px at width 320 that counts.", 0.0, **on)
    flags.DEFINE_bool("soft_mask", False, "Masks rise smoothly around the threshold.", **on)
    flags.DEFINE_float("sharp_share", 0.1, "Share of scenes that are sharp all over.", 0.0, 1.0, **on)
    flags.DEFINE_integer("seed", 0, "Seed; the same seed makes the same files.", lower_bound=0, **on)
    flags.DEFINE_integer("workers", None, "Processes; default one per core.", lower_bound=1, **on)
    flags.DEFINE_bool("progress", True, "Show a progress bar.", **on)


def config_from_flags(flag_values):
    """Reads `SynthesizeConfig` from parsed flags."""
    values = {field.name: flag_values[field.name].value for field in dataclasses.fields(SynthesizeConfig)}
    return SynthesizeConfig(**values | {"image_size": image_size(values["image_size"])})


def run(config):
    """Makes the data set.

    Returns:
        True if it was made, False if the same one was already there.
    """
    from tqdm import tqdm

    from dbdgan_tf.data import synthesis
    from dbdgan_tf.data.layouts import read_stems

    if config.regions_dir and not config.source_dir:
        raise ValueError("--regions_dir needs --source_dir. Received: only --regions_dir.")
    stems = read_stems(config.source_list) if config.source_list else None
    sources = synthesis.split_sources(
        synthesis.find_sources(config.source_dir, config.regions_dir, stems), seed=config.seed
    )
    test_count = max(1, config.count // 5) if config.test_count is None else config.test_count
    options = synthesis.SynthesisConfig(
        image_size=config.image_size, blur_threshold=config.blur_threshold, soft_mask=config.soft_mask,
        sharp=config.sharp_share,
    )  # fmt: skip
    bar = tqdm(total=config.count + test_count, unit="photo", disable=not config.progress)
    with bar:
        return synthesis.write_dataset(
            config.output_dir,
            sources,
            config.count,
            test_count,
            seed=config.seed,
            config=options,
            workers=config.workers,
            progress=lambda finished: (bar.update() for _ in finished),
        )


def main(_):
    with one_line_errors():
        config = config_from_flags(flags.FLAGS)
        made = run(config)
    print(f"{'Made' if made else 'Already there:'} {config.output_dir}")


if __name__ == "__main__":
    define_flags()
    app.run(main)
