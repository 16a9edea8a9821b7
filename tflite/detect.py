"""Writes the blur map of a photograph: `python -m tflite.detect photo.jpg [--output=map.png]`."""

import dataclasses
from pathlib import Path

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors

FLAGS = flags.FLAGS


def define_flags():
    """Defines the command's flags; called once, when it runs as a program."""
    flags.DEFINE_string("model", "lite", "A bundled model (lite, lite_float16, b3, b3_int8), or a file.")
    flags.DEFINE_string("output", None, "Where to write the 8-bit map, white = blurred.  [./PHOTO_blur.png]")
    flags.DEFINE_string("overlay", None, "Where to write the photo under its colour-coded map.")
    flags.DEFINE_integer("num_threads", 2, "Threads of the interpreter.", lower_bound=1)
    flags.DEFINE_bool("tile", False, "Look at a large photo through overlapping windows.")
    flags.DEFINE_enum(
        "upsampling", "bilinear", ["bilinear", "guided"], "How the map grows to the photo's size."
    )


@dataclasses.dataclass(frozen=True)
class DetectConfig:
    """What to detect and where to write it; see the flags."""

    image: str
    output: str | None = None
    model: str = "lite"
    overlay: str | None = None
    num_threads: int = 2
    tile: bool = False
    upsampling: str = "bilinear"

    @property
    def map_path(self):
        """Where the map goes: `output`, or a file in the current folder named after the photo."""
        return self.output or f"{Path(self.image).stem}_blur.png"


def run(config):
    """Detects the blur of one photograph and writes its map.

    Args:
        config: A `DetectConfig`.

    Returns:
        The `BlurResult`.

    Raises:
        ValueError: If the photo or the model cannot be used.
    """
    from dbdgan_tf.data.image_io import write_image, write_map
    from dbdgan_tf.inference import BlurDetector

    detector = BlurDetector(
        config.model, num_threads=config.num_threads, tile=config.tile, upsampling=config.upsampling
    )
    result = detector(config.image)
    write_map(config.map_path, result.blur_map)
    if config.overlay:
        write_image(config.overlay, result.overlay())
    return result


def main(argv):
    if len(argv) != 2:
        raise app.UsageError(f"Give one photograph. Received: {argv[1:]}.")
    names = [field.name for field in dataclasses.fields(DetectConfig) if field.name != "image"]
    config = DetectConfig(argv[1], **{name: FLAGS[name].value for name in names})
    with one_line_errors():
        result = run(config)
    print(f"{config.map_path}: {100 * result.in_focus_share:.1f} % of the photo is in focus")


if __name__ == "__main__":
    define_flags()
    app.run(main)
