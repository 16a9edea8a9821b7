"""Writes a student as .tflite: `dbdgan convert --checkpoint=PREFIX --output=model.tflite`."""

from dbdgan_tf.command.flags import start
from dbdgan_tf.conversion.converter import ConversionConfig, convert


def run(config):
    """Converts and writes the file and its recipe; returns the `ConversionResult`."""
    result = convert(config)
    path, recipe = result.save(config.output)
    print(f"{path}: {config.variant}, {len(result.model) / 1e6:.2f} MB; recipe: {recipe}")
    return result


def main(arguments=None):
    """Runs the command with these words, the program's name first, or with those of the process."""
    start(ConversionConfig, run, arguments)


if __name__ == "__main__":
    main()
