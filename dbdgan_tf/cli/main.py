"""The group of commands: loads only the one that is called, and turns errors into messages and exit codes."""

import functools
import importlib
import os
import signal
import sys
import warnings

import click

import dbdgan_tf

# name -> (module of this room, what `dbdgan --help` says): modules stay unread until they are called.
COMMANDS = {
    "map": ("map_command", "Blur maps, masks and overlays of photographs."),
    "score": ("score_command", "How sharp are these photographs, and is the subject in focus?"),
    "video": ("video_command", "Blur of a film, frame by frame, and its sharpest frames."),
    "batch": ("batch_command", "Scores and maps of very many photographs into Parquet (extra: ray)."),
    "serve": ("serve_command", "Maps and scores over HTTP (extra: serve)."),
    "bench": ("bench_command", "Photographs per second on this machine."),
    "info": ("info_command", "What a .tflite model says about itself."),
    "doctor": ("doctor_command", "Is this installation sound? What a bug report needs."),
}
# Commands for those who train, whose flags are made from their configurations: name -> (module, help).
MAKERS = {
    "convert": ("dbdgan_tf.conversion.converter", "Writes a trained student as .tflite (extra: train)."),
    "verify": ("dbdgan_tf.verification.verify", "Does a .tflite file keep its budget? (maps: extra train)"),
}
# Decoders talk to stderr about files that the commands report themselves; -8 is ffmpeg's "quiet".
_QUIET = {"OPENCV_LOG_LEVEL": "SILENT", "OPENCV_FFMPEG_LOGLEVEL": "-8"}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx):
        return [*COMMANDS, *MAKERS]

    def get_command(self, ctx, name):
        if name in MAKERS:
            return forward(name, MAKERS[name][0])
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"dbdgan_tf.cli.{COMMANDS[name][0]}").command

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in {**COMMANDS, **MAKERS}.items()])


def forward(name, module):
    """A command that hands its words to a module's `main`."""

    def run(words):
        maker = importlib.import_module(module)
        # What --help begins with.
        sys.modules["__main__"].__doc__ = maker.__doc__
        maker.main([f"dbdgan {name}", *words])

    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True, "help_option_names": []}
    return click.Command(name, settings, run, [words], add_help_option=False)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(dbdgan_tf.__version__)
def dbdgan():
    """Finds what is out of focus in photographs and films.

    \b
    dbdgan map photo.jpg map.png
    dbdgan map photos/ maps/ --format overlay
    dbdgan score photos/
    """  # noqa: D301


def _tell(told, message, *_):
    """Prints a decoder's warning, each once, with the name of the photograph that is read."""
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
