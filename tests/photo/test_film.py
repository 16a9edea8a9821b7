"""Films: the stream's own times, rotation, names, and what is none."""

import struct

import cv2
import numpy as np
import pytest

from dbdgan_tf.photo.film import read_facts, read_frames

# A quarter turn, as a phone that was held upright writes it.
TURNED = struct.pack(">9i", 0, 2**16, 0, -(2**16), 0, 0, 0, 0, 2**30)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """20 frames of 160x120 at 10 per second, each of 1024 ticks; brighter and brighter."""
    path = tmp_path_factory.mktemp("film") / "even.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (160, 120))
    for number in range(20):
        writer.write(np.full((120, 160, 3), 10 * number, np.uint8))
    writer.release()
    return path


def changed(content, changes):
    """An .mp4 with other boxes: changes is a dict of their names to functions of their bodies."""
    built, position = b"", 0
    while position < len(content):
        size, kind = struct.unpack(">I4s", content[position : position + 8])
        body = content[position + 8 : position + size]
        position += size
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
            body = changed(body, changes)
        else:
            body = changes.get(kind, bytes)(body)
        built += struct.pack(">I4s", len(body) + 8, kind) + body
    return built


def test_even_film(film):
    assert read_facts(film).frames_per_second == 10 and read_facts(film).frames == 20
    frames = list(read_frames(film, every=3))
    assert [frame.number for frame in frames] == list(range(0, 20, 3))
    assert [frame.seconds for frame in frames] == pytest.approx([frame.number / 10 for frame in frames])
    levels = [frame.pixels.mean() for frame in frames]
    assert levels == pytest.approx([10 * frame.number for frame in frames], abs=3)


def test_times_of_a_variable_rate_are_the_streams_own(film, tmp_path):
    """Ten frames at 20 per second, then ten at 4; their average is 6.7."""
    table = struct.pack(">6I", 0, 2, 10, 512, 10, 2560)
    # The edit list would cut the film to its old length.
    path = tmp_path / "variable.mp4"
    path.write_bytes(changed(film.read_bytes(), {b"stts": lambda _: table, b"edts": lambda _: b""}))
    seconds = [frame.seconds for frame in read_frames(path)]
    assert seconds == pytest.approx([0.05 * n for n in range(10)] + [0.5 + 0.25 * n for n in range(10)])


def test_a_film_is_turned_upright(film, tmp_path):
    path = tmp_path / "turned.mp4"
    path.write_bytes(changed(film.read_bytes(), {b"tkhd": lambda body: body[:40] + TURNED + body[76:]}))
    assert next(read_frames(path)).pixels.shape == (160, 120, 3)


def test_a_colon_in_the_name_is_no_protocol(film, tmp_path, monkeypatch):
    (tmp_path / "clip:1.mp4").write_bytes(film.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert len(list(read_frames("clip:1.mp4"))) == 20


def test_no_film(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"no film")
    for name, message in (("none.mp4", "no film here"), ("x.mp4", "no film that can be read")):
        for read in (read_facts, lambda path: next(read_frames(path))):
            with pytest.raises(ValueError, match=message):
                read(tmp_path / name)
