"""A tiny model, photographs of every kind, and the command as a function and as a process."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def picture():
    """Bytes of an image file: picture(level=0..255, size=(width, height), kind="JPEG", **options)."""

    def make(level=40, size=(60, 40), kind="JPEG", mode="RGB", **options):
        stream = io.BytesIO()
        Image.new("RGB", size, (level,) * 3).convert(mode).save(stream, kind, **options)
        return stream.getvalue()

    return make


@pytest.fixture
def call():
    """Runs `dbdgan ARGUMENTS` in this process: an object with exit_code, stdout, stderr."""
    from click.testing import CliRunner

    from dbdgan_tf.cli.main import main

    class Entry:
        """main() ends by leaving the process, which is part of what is tested."""

        name = "dbdgan"

        @staticmethod
        def main(args, prog_name=None, **_):
            main(args)

    def run(*arguments, stdin=None):
        return CliRunner().invoke(Entry, [str(argument) for argument in arguments], input=stdin)

    return run


@pytest.fixture(scope="session")
def command_line():
    """Starts `dbdgan ARGUMENTS` as a process of its own."""

    def start(*arguments, **options):
        command = [sys.executable, "-m", "dbdgan_tf.cli", *map(os.fspath, arguments)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(command, **{**pipes, "cwd": HERE.parent.parent, **options})

    return start
