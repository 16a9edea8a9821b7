"""The list of bad input, one by one: a clear reason, the rest of the batch done, nothing written damaged."""

import functools
import os
import re
import signal
import sys
import time
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from dbdgan_tf.cli.pipeline import printable

NOISE = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
JPEG = cv2.imencode(".jpg", NOISE[:64, :64])[1].tobytes()


BAD = {
    "empty": (b"", "is empty"),
    "text": (b"this is no photograph, honestly", "is not an image"),
    "truncated": (JPEG[: len(JPEG) // 2], "damaged or cut off"),
}
GOOD = {"misnamed": {}, "tiny": {"kind": "PNG", "size": (1, 1)}, "narrow": {"kind": "PNG", "size": (1, 3000)}}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_a_folder_run_survives_all_of_them(call, picture, folder, tmp_path):
    assert "in: holds no photograph" in call("map", folder, tmp_path / "out").stderr
    bad = BAD | {"n" * 251: (picture(), "File name too long")}
    for name, (content, _) in bad.items():
        (folder / f"{name}.jpg").write_bytes(content)
    for name, options in GOOD.items():
        (folder / f"{name}.png").write_bytes(picture(**options))
    result = call("map", folder, tmp_path / "out", "--format", "mask")
    assert result.exit_code == 1
    assert "3 written" in result.stderr and "4 of 7 failed:" in result.stderr
    for name, (_, reason) in bad.items():
        assert re.search(rf"{name}.jpg: .*{reason}", result.stderr)
    assert set(os.listdir(tmp_path / "out")) == {f"{name}_mask.png" for name in GOOD}
    assert cv2.imread(str(tmp_path / "out/narrow_mask.png"), 0).shape == (3000, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_names_that_are_no_utf8(ended, picture, tmp_path):
    folder = os.fsencode(tmp_path) + b"/in"
    os.mkdir(folder)
    for name, content in ((b"gr\xfc\xdfe.jpg", picture()), (b"b\xe4d.jpg", b"")):
        with open(folder + b"/" + name, "wb") as file:
            file.write(content)
    bare = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for environment in ({"LC_ALL": "C.UTF-8"}, bare):
        words = ("map", folder, tmp_path / "out", "--overwrite")
        code, _, told = ended(*words, env={**os.environ, **environment})
        assert code == 1 and b"1 of 2 failed" in told
    assert os.listdir(os.fsencode(tmp_path) + b"/out") == [b"gr\xfc\xdfe.png"]
    assert printable(os.fsdecode(b"gr\xfc\xdfe")) == "gr\ufffd\ufffde"
    assert printable("a\x1b[2J\nb ü") == "a\\x1b[2J\\nb ü"


def test_what_is_no_regular_file_is_refused_at_once(ended, picture, folder, tmp_path):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "endless.jpg").symlink_to("/dev/zero")
    (folder / "good.jpg").write_bytes(picture())
    for words in (("map", folder, tmp_path / "out"), ("score", folder)):
        code, _, told = ended(*words)
        assert code == 1 and told.count(b"it is a pipe or device") == 2
    assert ended("map", folder / "pipe.jpg", tmp_path / "m.png")[0] == 1
    assert os.listdir(tmp_path / "out") == ["good.png"]


def test_what_a_folder_holds_besides_is_told(call, picture, tmp_path):
    for name in ("in/a.jpg", "in/b.gif", "in/c.GIF", "in/d.jxl", "in/notes.txt", "other/e.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture())
    (tmp_path / "in/linked").symlink_to(tmp_path / "other")
    (tmp_path / "other/above").symlink_to(tmp_path / "in")
    told = call("map", tmp_path / "in", tmp_path / "out").stderr
    assert "1 written" in told and "linked is a linked folder and was not searched" in told
    assert "left out, as these formats are not read: 2 .gif, 1 .jxl" in told
    told = call("map", tmp_path / "in", tmp_path / "out2", "--follow-links").stderr
    assert "2 written" in told and (tmp_path / "out2/linked/e.png").is_file()


def test_a_photograph_is_never_replaced(call, picture, folder):
    photo = folder / "a.png"
    photo.write_bytes(picture(kind="PNG"))
    # An output inside the input is none of the photographs.
    for _ in range(2):
        assert "1 written" in call("map", folder, folder / "maps", "--overwrite").stderr
    for source, target in ((photo, photo), (photo, folder), (folder / "*.png", folder)):
        assert call("map", source, target, "--overwrite").exit_code == 1
        assert photo.read_bytes() == picture(kind="PNG")


def test_full_disk_stops_the_run_and_damages_nothing(ended, folder, tmp_path):
    """A limit on file sizes is what a full disk looks like from inside: the write breaks off half way."""
    resource = pytest.importorskip("resource")
    for index in range(40):
        cv2.imwrite(str(folder / f"p{index:02d}.png"), NOISE if index > 2 else NOISE[:8, :8])
    (tmp_path / "out").mkdir()
    (tmp_path / "out/p20.png").write_bytes(b"older")
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (4000, 4000))
    code, _, told = ended("map", folder, tmp_path / "out", "--overwrite", "--threads", "1", preexec_fn=limit)
    assert code == 1 and b"no room left for the output" in told
    assert (tmp_path / "out/p20.png").read_bytes() == b"older"
    assert sorted(os.listdir(tmp_path / "out")) == ["p00.png", "p01.png", "p02.png", "p20.png"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("bug"), "KeyError: 'bug'"),
        (MemoryError(), "not enough memory"),
        (OSError(28, ""), "no room left"),
    ],
)
def test_whatever_else_goes_wrong_is_one_line(call, picture, folder, tmp_path, monkeypatch, error, told):
    (folder / "a.jpg").write_bytes(picture())
    monkeypatch.setattr("dbdgan_tf.cli.mapping.map_photo", Mock(side_effect=error))
    result = call("map", folder, tmp_path / "out")
    assert result.exit_code == 1 and told in result.stderr


def test_ctrl_c_in_the_middle(start, call, picture, folder, tmp_path):
    # Links, so many that the command is not over before this process, on a busy machine, has its turn.
    count, photo = 5000, tmp_path / "photo.png"
    photo.write_bytes(picture(kind="PNG", size=(500, 400)))
    for index in range(count):
        os.link(photo, folder / f"p{index:04d}.png")
    out = tmp_path / "out"
    words = ("map", folder, out, "--threads", "2")
    # Where the tests themselves run in the background, processes inherit that Ctrl-C is ignored.
    process = start(*words, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (out.exists() and len(list(out.glob("p*.png"))) >= 3):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Interrupted" in err and b"Traceback" not in err
    made = os.listdir(out)
    assert 3 <= len(made) < count
    for name in made:
        assert cv2.imread(str(out / name), 0).shape == (400, 500)
    for name in sorted(set(os.listdir(folder)) - set(made))[50:]:
        (folder / name).unlink()
    resumed = call(*words)
    assert resumed.exit_code == 0
    assert "50 written" in resumed.stderr and len(os.listdir(out)) == len(made) + 50
