"""Makes a training set of synthetic defocus from sharp photographs.

python -m trainers.synthesize --output_dir=ROOT [--count=400] [--source_dir=SHARP [--regions_dir=REGIONS]]

Without --source_dir it uses the photographs that scikit-image ships.
"""

import dataclasses

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class SynthesizeConfig:
    output_dir: str = option(REQUIRED, "ROOT/{train,test}/{images,masks} are made.")
    count: int = option(400, "Training photographs.", at_least=1)
    test_count: int | None = option(None, "Test photographs; default --count / 5.", at_least=0)
    source_dir: str | None = option(None, "Folder of sharp photographs; default scikit-image's.")
    source_list: str | None = option(None, "Text file of the stems used of it, one a line.")
    regions_dir: str | None = option(None, "Folder of <stem>.png region numbers of the photographs.")
    image_size: tuple[int, int] = option((320, 320), "Height and width in px, or one for both.", at_least=32)
    blur_threshold: float = option(2.0, "Blur circle in px at width 320 that counts.", at_least=0.0)
    soft_mask: bool = option(False, "Masks rise smoothly around the threshold.")
    sharp_share: float = option(0.1, "Share of scenes that are sharp all over.", at_least=0.0, at_most=1.0)
    seed: int = option(0, "Seed; the same seed makes the same files.", at_least=0)
    workers: int | None = option(None, "Processes; default one per core.", at_least=1)
    progress: bool = option(True, "Show a progress bar.")


def run(config):
    from tqdm import tqdm

    from dbdgan_tf.data import synthesis
    from dbdgan_tf.data.layouts import read_stems

    if config.regions_dir and not config.source_dir:
        raise ValueError("--regions_dir needs --source_dir. Received: only --regions_dir.")
    stems = read_stems(config.source_list) if config.source_list else None
    found = synthesis.find_sources(config.source_dir, config.regions_dir, stems)
    sources = synthesis.split_sources(found, seed=config.seed)
    test_count = max(1, config.count // 5) if config.test_count is None else config.test_count
    options = synthesis.SynthesisConfig(
        image_size=config.image_size, blur_threshold=config.blur_threshold, soft_mask=config.soft_mask,
        sharp=config.sharp_share,
    )  # fmt: skip
    with tqdm(total=config.count + test_count, unit="photo", disable=not config.progress) as bar:
        made = synthesis.write_dataset(
            config.output_dir, sources, config.count, test_count, seed=config.seed, config=options,
            workers=config.workers, progress=lambda finished: (bar.update() for _ in finished),
        )  # fmt: skip
    print(f"{'Made' if made else 'Already there:'} {config.output_dir}")
    return made


if __name__ == "__main__":
    start(SynthesizeConfig, run)
