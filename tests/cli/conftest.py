"""Photographs of every kind, and the command as a function and as a process."""

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def picture():
    """Bytes of an image file: picture(level=0..255, size=(width, height), kind="JPEG", **options)."""

    def make(level=40, size=(60, 40), kind="JPEG", mode="RGB", **options):
        stream = io.BytesIO()
        Image.new("RGB", size, (level,) * 3).convert(mode).save(stream, kind, **options)
        return stream.getvalue()

    return make


@pytest.fixture(scope="session")
def detail():
    """Pixels of dark (in focus) squares, blurred by so many px: detail(blur=0, size=(width, height))."""

    def make(blur=0.0, size=(640, 480)):
        field = np.random.default_rng(0).integers(0, 60, (60, 80, 3), np.uint8)
        pixels = cv2.resize(field, size, interpolation=cv2.INTER_NEAREST)
        return cv2.GaussianBlur(pixels, (0, 0), blur) if blur else pixels

    return make


@pytest.fixture(scope="session")
def complete(model):

    def add_model(words):
        words = [os.fsdecode(word) for word in words]
        named = words[0] not in ("map", "score", "video", "bench") or "--model" in words
        return words if named else [*words, "--model", model]

    return add_model


@pytest.fixture
def call(complete):
    """Runs `dbdgan WORDS` in this process: an object with exit_code, stdout, stderr."""
    from click.testing import CliRunner

    from dbdgan_tf.cli.main import main

    # main() ends by leaving the process, which is part of what is tested.
    entry = SimpleNamespace(name="dbdgan", main=lambda args, **_: main(args))
    return lambda *words, stdin=None: CliRunner().invoke(entry, complete(words), input=stdin)


@pytest.fixture(scope="session")
def start(complete):

    def popen(*words, **options):
        command = [sys.executable, "-m", "dbdgan_tf.cli", *complete(words)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(command, **{**pipes, "cwd": Path(__file__).parents[2], **options})

    return popen


@pytest.fixture(scope="session")
def ended(start):
    """Runs `dbdgan WORDS` as a process of its own: (exit code, stdout, stderr), which tells no traceback."""

    def run(*words, stdin=None, **options):
        process = start(*words, **options)
        out, err = process.communicate(stdin, timeout=60)
        assert b"Traceback" not in err and b"Exception" not in err
        return process.returncode, out, err

    return run
