"""Writes the blur map of a photograph: `python -m tflite.detect photo.jpg [--output=map.png]`."""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option


@dataclasses.dataclass(frozen=True)
class DetectConfig:
    """What to detect and where to write it."""

    image: str = option(REQUIRED, "one photograph", words=True)
    output: str | None = option(None, "Where to write the 8-bit map, white = blurred.  [./PHOTO_blur.png]")
    model: str = option("lite", "A bundled model (lite, lite_fast), or a file.")
    overlay: str | None = option(None, "Where to write the photo, veiled where blurred.")
    num_threads: int = option(2, "Threads of the interpreter.", at_least=1)
    tile: bool = option(False, "Look at a large photo through overlapping windows.")
    upsampling: str = option("bilinear", "How the map grows to the photo's size.", ("bilinear", "guided"))

    @property
    def map_path(self):
        return self.output or f"{Path(self.image).stem}_blur.png"


def run(config):
    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.photo import write_image, write_map

    how = {"num_threads": config.num_threads, "tile": config.tile, "upsampling": config.upsampling}
    result = BlurDetector(config.model, **how)(config.image)
    write_map(config.map_path, result.blur_map)
    if config.overlay:
        write_image(config.overlay, result.overlay())
    print(f"{config.map_path}: {100 * result.in_focus_share:.1f} % of the photo is in focus")


if __name__ == "__main__":
    start(DetectConfig, run)
