"""Writes a student as .tflite: `python -m tflite.convert --checkpoint=PREFIX --output=model.tflite`."""

import dataclasses

from absl import app, flags

from dbdgan_tf.command_errors import one_line_errors

FLAGS = flags.FLAGS


def define_flags():
    """Defines the command's flags; called once, when it runs as a program."""
    flags.DEFINE_string("checkpoint", None, "PREFIX of PREFIX.weights.h5 and PREFIX.json.", required=True)
    flags.DEFINE_string("output", None, "The .tflite file; its recipe is written beside it.", required=True)
    flags.DEFINE_enum(
        "variant", "float32", ["float32", "float16", "dynamic", "int8", "qat_int8"], "Types inside the file."
    )
    flags.DEFINE_enum(
        "io",
        "float32",
        ["float32", "uint8"],
        "uint8 (int8 variants): raw RGB bytes in, probability * 256 out.",
    )
    flags.DEFINE_list("image_size", None, "HEIGHT,WIDTH, multiples of 32; the checkpoint's if not given.")
    flags.DEFINE_string("representative_dir", None, "Photos that show the int8 quantizer its ranges.")
    flags.DEFINE_integer("representative_count", 100, "How many of them.", lower_bound=1)
    flags.DEFINE_integer("seed", 0, "Of their choice.")
    flags.DEFINE_string("licence", "MIT", "Licence of the weights.")
    flags.DEFINE_bool("placeholder", False, "Mark the weights as not meant for use.")


def config_from_flags():
    """The `ConversionConfig` that the flags say."""
    from dbdgan_tf.conversion import ConversionConfig

    values = {field.name: FLAGS[field.name].value for field in dataclasses.fields(ConversionConfig)}
    if values["image_size"] is not None:
        values["image_size"] = tuple(int(side) for side in values["image_size"])
    return ConversionConfig(**values)


def run(config):
    """Converts and writes the file and its recipe.

    Args:
        config: A `ConversionConfig`.

    Returns:
        The `ConversionResult`.
    """
    from dbdgan_tf.conversion import convert

    result = convert(config)
    path, recipe = result.save(config.output)
    print(f"{path}: {config.variant}, {len(result.model) / 1e6:.2f} MB; recipe: {recipe}")
    return result


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unknown arguments. Received: {argv[1:]}.")
    with one_line_errors():
        run(config_from_flags())


if __name__ == "__main__":
    define_flags()
    app.run(main)
