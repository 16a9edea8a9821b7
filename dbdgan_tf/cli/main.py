"""The group of commands, light to load, and their errors as messages and exit codes."""

import functools
import importlib
import os
import signal
import sys
import warnings

import click

import dbdgan_tf
from dbdgan_tf.cli import bench_command, commands, doctor_command

# Commands for those who train, whose flags are made from their configurations: name -> (module, help).
MAKERS = {
    "convert": ("dbdgan_tf.conversion.converter", "Writes a trained student as .tflite (extra: train)."),
    "verify": ("dbdgan_tf.verification.verify", "Does a .tflite file keep its budget? (maps: extra train)"),
}
# Decoders talk to stderr about files that the commands report themselves; -8 is ffmpeg's "quiet".
_QUIET = {"OPENCV_LOG_LEVEL": "SILENT", "OPENCV_FFMPEG_LOGLEVEL": "-8"}


class _Group(click.Group):
    def list_commands(self, ctx):
        return list(self.commands)


def forward(name, module, about):
    """A command that hands its words to a module's `main`."""

    def run(words):
        maker = importlib.import_module(module)
        # What --help begins with.
        sys.modules["__main__"].__doc__ = maker.__doc__
        maker.main([f"dbdgan {name}", *words])

    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True, "help_option_names": []}
    return click.Command(name, settings, run, [words], short_help=about, add_help_option=False)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(dbdgan_tf.__version__)
def dbdgan():
    """Finds what is out of focus in photographs and films.

    \b
    dbdgan map photo.jpg map.png
    dbdgan map photos/ maps/ --format overlay
    dbdgan score photos/
    """  # noqa: D301


for _command in (
    commands.map_command, commands.score_command, commands.video_command, commands.batch_command,
    commands.serve_command, bench_command.command, commands.info_command, doctor_command.command,
    *(forward(name, *maker) for name, maker in MAKERS.items()),
):  # fmt: skip
    dbdgan.add_command(_command)


def _tell(told, message, *_):
    from dbdgan_tf.cli.pipeline import printable
    from dbdgan_tf.photo.errors import present_source

    source, text = present_source(), str(message)
    line = printable(text if source in text else f"{source}: {text}")
    if line not in told:
        told.add(line)
        click.echo(f"dbdgan: {line}", err=True)


def main(arguments=None):
    """Runs the command and leaves the process: 0 good, 1 something failed, 2 wrong usage, 130 interrupted."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("always", UserWarning)
    # What cameras write beside the standard, and what Pillow thinks of GIF.
    warnings.filterwarnings("ignore", "Metadata Warning|Palette images", module="PIL")
    warnings.showwarning = functools.partial(_tell, set())
    # A polite kill tidies up as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(dbdgan.main(arguments, prog_name="dbdgan", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted. What was finished is complete; call again to go on from there.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader left, as `head` does; Python's own last flush must not complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except (ValueError, OSError) as error:
        from dbdgan_tf.atomic_file import is_disk_full

        if is_disk_full(error):
            error = (
                f"there is no room left for the output ({error.strerror}). What was finished is complete: "
                "make room and call again to go on from there"
            )
        click.echo(f"dbdgan: {error}", err=True)
        sys.exit(1)
