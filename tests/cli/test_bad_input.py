"""The list of bad input, one by one: a clear reason, the rest of the batch done, nothing written damaged."""

import functools
import os
import re
import signal
import struct
import sys
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from dbdgan_tf.cli.pipeline import printable

NOISE = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
JPEG = cv2.imencode(".jpg", NOISE)[1].tobytes()
PNG = cv2.imencode(".png", np.zeros((9, 9), np.uint8))[1].tobytes()


def of_side(png, side):
    header = b"IHDR" + struct.pack(">II", side, side) + png[24:29]
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


BAD = {
    "empty": (b"", "is empty"),
    "text": (b"this is no photograph, honestly", "is not an image"),
    "truncated": (JPEG[: len(JPEG) // 2], "damaged or cut off"),
    "header_only": (JPEG[:30], "damaged or cut off"),
    "large": (of_side(PNG, 16000), "256 megapixels; allowed: 250"),
    "bad_checksum": (PNG[:-17] + b"?" + PNG[-16:], "damaged or cut off"),
}
GOOD = {
    "misnamed.png": {"kind": "JPEG"}, "cmyk.jpg": {"mode": "CMYK"}, "n" * 251 + ".jpg": {},
    "one_bit.png": {"kind": "PNG", "mode": "1"}, "alpha.png": {"kind": "PNG", "mode": "RGBA"},
    "tiny.png": {"kind": "PNG", "size": (1, 1)}, "narrow.png": {"kind": "PNG", "size": (1, 3000)},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_a_folder_run_survives_all_of_them(call, model, picture, folder, tmp_path):
    for name, (content, _) in BAD.items():
        (folder / f"{name}.jpg").write_bytes(content)
    for name, options in GOOD.items():
        (folder / name).write_bytes(picture(**options))
    result = call("map", folder, tmp_path / "out", "--model", model)
    assert result.exit_code == 1
    assert "7 written" in result.stderr and "6 of 13 failed:" in result.stderr
    for name, (_, reason) in BAD.items():
        assert re.search(rf"{name}.jpg: .*{reason}", result.stderr)
    assert "Traceback" not in result.stderr
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {Path(name).stem for name in GOOD}
    assert cv2.imread(str(tmp_path / "out/narrow.png"), 0).shape == (3000, 1)


@pytest.mark.parametrize(("name", "reason"), [("none.jpg", "does not exist"), ("in", "holds no photograph")])
def test_nothing_to_map(call, model, folder, tmp_path, name, reason):
    result = call("map", tmp_path / name, tmp_path / "out", "--model", model)
    assert result.exit_code == 1 and f"{name}: {reason}" in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_names_that_are_no_utf8(command_line, model, picture, tmp_path):
    folder = os.fsencode(tmp_path) + b"/in"
    os.mkdir(folder)
    for name, content in ((b"gr\xfc\xdfe.jpg", picture()), (b"b\xe4d.jpg", b"")):
        with open(folder + b"/" + name, "wb") as file:
            file.write(content)
    bare = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for environment in ({"LC_ALL": "C.UTF-8"}, bare):
        arguments = ("map", folder, tmp_path / "out", "--model", model, "--overwrite")
        process = command_line(*arguments, env={**os.environ, **environment})
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        assert b"1 of 2 failed" in err and b"Traceback" not in err
    assert os.listdir(os.fsencode(tmp_path) + b"/out") == [b"gr\xfc\xdfe.png"]
    assert printable(os.fsdecode(b"gr\xfc\xdfe")) == "gr\ufffd\ufffde"
    assert printable("a\x1b[2J\nb ü") == "a\\x1b[2J\\nb ü"


def test_what_is_no_regular_file_is_refused_at_once(command_line, model, picture, folder, tmp_path):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "endless.jpg").symlink_to("/dev/zero")
    (folder / "good.jpg").write_bytes(picture())
    for command in (("map", folder, tmp_path / "out"), ("score", folder)):
        process = command_line(*command, "--model", model)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1 and err.count(b"it is a pipe or device") == 2
    assert os.listdir(tmp_path / "out") == ["good.png"]
    process = command_line("map", folder / "pipe.jpg", tmp_path / "m.png", "--model", model)
    assert b"it is a pipe or device" in process.communicate(timeout=60)[1]


def test_what_a_folder_holds_besides_is_told(call, model, picture, tmp_path):
    for name in ("in/a.jpg", "in/b.gif", "in/c.GIF", "in/d.jxl", "in/notes.txt", "other/e.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture())
    (tmp_path / "in/linked").symlink_to(tmp_path / "other")
    (tmp_path / "other/above").symlink_to(tmp_path / "in")
    told = call("map", tmp_path / "in", tmp_path / "out", "--model", model).stderr
    assert "1 written" in told and "linked is a linked folder and was not searched" in told
    assert "left out, as these formats are not read: 2 .gif, 1 .jxl" in told
    told = call("map", tmp_path / "in", tmp_path / "out2", "--model", model, "--follow-links").stderr
    assert "2 written" in told and (tmp_path / "out2/linked/e.png").is_file()


def test_a_name_too_long_for_its_output_stops_nothing(call, model, picture, folder, tmp_path):
    for name in ("n" * 251 + ".jpg", "z.jpg"):
        (folder / name).write_bytes(picture())
    result = call("map", folder, tmp_path / "out", "--format", "mask", "--model", model)
    assert result.exit_code == 1 and "File name too long" in result.stderr
    assert os.listdir(tmp_path / "out") == ["z_mask.png"]


def test_output_inside_the_input(call, model, picture, tmp_path):
    (tmp_path / "a.png").write_bytes(picture(kind="PNG"))
    for _ in range(2):
        options = ("--format", "side-by-side", "--overwrite", "--model", model)
        result = call("map", tmp_path, tmp_path / "maps", *options)
        assert result.exit_code == 0 and "1 written" in result.stderr
    assert [path.name for path in (tmp_path / "maps").iterdir()] == ["a_side-by-side.jpg"]


def test_a_photograph_is_never_replaced(call, model, picture, tmp_path):
    photo = picture(kind="PNG")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.png").write_bytes(photo)
    for source, target in (("sub/a.png", "sub/a.png"), ("sub/a.png", "sub"), ("sub/*.png", "sub")):
        result = call("map", tmp_path / source, tmp_path / target, "--overwrite", "--model", model)
        assert result.exit_code == 1
        assert (tmp_path / "sub/a.png").read_bytes() == photo


def test_full_disk_stops_the_run_and_damages_nothing(command_line, model, folder, tmp_path):
    """A limit on file sizes is what a full disk looks like from inside: the write breaks off half way."""
    resource = pytest.importorskip("resource")
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    for index in range(40):
        cv2.imwrite(str(folder / f"p{index:02d}.png"), noise if index > 2 else noise[:8, :8])
    (tmp_path / "out").mkdir()
    (tmp_path / "out/p20.png").write_bytes(b"older")
    arguments = ("map", folder, tmp_path / "out", "--overwrite", "--model", model, "--threads", "1")
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (4000, 4000))
    process = command_line(*arguments, preexec_fn=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"no room left for the output" in err and b"Traceback" not in err
    assert (tmp_path / "out/p20.png").read_bytes() == b"older"
    left = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert left == ["p00.png", "p01.png", "p02.png", "p20.png"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_disk_behind_a_pipe(command_line, model, picture):
    with open("/dev/full", "wb") as full:
        process = command_line("map", "-", "-", "--model", model, stdout=full)
        _, err = process.communicate(picture(), timeout=60)
    assert process.returncode == 1 and b"no room left" in err and b"Traceback" not in err


def test_ctrl_c_in_the_middle(command_line, call, model, picture, folder, tmp_path):
    # Links, so many that the command is not over before this process, on a busy machine, has its turn.
    count, photo = 5000, tmp_path / "photo.png"
    photo.write_bytes(picture(kind="PNG", size=(500, 400)))
    for index in range(count):
        os.link(photo, folder / f"p{index:04d}.png")
    out = tmp_path / "out"
    arguments = ("map", folder, out, "--model", model, "--threads", "2")
    # Where the tests themselves run in the background, processes inherit that Ctrl-C is ignored.
    process = command_line(*arguments, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (out.exists() and len(list(out.glob("p*.png"))) >= 3):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Interrupted" in err and b"Traceback" not in err
    made = list(out.iterdir())
    assert 3 <= len(made) < count
    for path in made:
        assert path.suffix == ".png" and cv2.imread(str(path), 0).shape == (400, 500)
    left = sorted({path.name for path in folder.iterdir()} - {path.name for path in made})
    for name in left[50:]:
        (folder / name).unlink()
    resumed = call(*arguments)
    assert resumed.exit_code == 0
    assert "50 written" in resumed.stderr and len(list(out.iterdir())) == len(made) + 50
