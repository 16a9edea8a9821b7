"""Reading films frame by frame, and writing them, in constant memory."""

import contextlib
import dataclasses
import mmap
import os
import typing

import cv2

from dbdgan_tf.atomic_file import replacing


class FilmFacts(typing.NamedTuple):
    """A film's rate (25 if not told), about how many frames, or None, and its codec in words."""

    frames_per_second: float
    frames: int | None
    codec: str


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One frame: its number from 0, its time in seconds, and uint8 (H, W, 3) RGB pixels."""

    number: int
    seconds: float
    pixels: object


def read_facts(path):
    """Reads a film's header; a ValueError if it cannot be opened as a film."""
    with _opened(path) as film:
        rate, frames = film.get(cv2.CAP_PROP_FPS), int(film.get(cv2.CAP_PROP_FRAME_COUNT))
        codec = _codec(int(film.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little"))
    return FilmFacts(rate if 0 < rate < 1000 else 25.0, frames if 0 < frames < 2**31 else None, codec)


def read_frames(path, every=1):
    """Yields every `every`-th `Frame`, upright; those between are skipped without being converted."""
    facts = read_facts(path)
    with _opened(path) as film:
        number, seconds = 0, -1 / facts.frames_per_second
        while film.grab():
            # The stream's own time, as the rate of a film may vary; the rate where it tells none.
            told = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
            seconds = told if told > seconds else seconds + 1 / facts.frames_per_second
            if number % every == 0:
                done, pixels = film.retrieve()
                if not done:
                    return
                yield Frame(number, seconds, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
            number += 1


class FilmWriter(contextlib.ExitStack):
    """Writes an .mp4 that appears when it is complete; use it as a context."""

    def __init__(self, path, frames_per_second):
        super().__init__()
        self._path, self._rate, self._film, self._size = path, frames_per_second, cv2.VideoWriter(), None

    def __enter__(self):
        self._partial = self.enter_context(replacing(self._path))
        self.callback(self._film.release)
        return self

    def add(self, pixels):
        """Appends uint8 (H, W, 3) RGB; the first frame decides the size, made even as codecs ask."""
        if self._size is None:
            self._size = tuple(max(2, side // 2 * 2) for side in pixels.shape[1::-1])
            codec = cv2.VideoWriter_fourcc(*"mp4v")
            if not self._film.open(str(self._partial), codec, self._rate, self._size):
                raise ValueError(f"OpenCV cannot write the film {self._path}")
        if pixels.shape[1::-1] != self._size:
            pixels = cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA)
        self._film.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))


@contextlib.contextmanager
def _opened(path):
    if not os.path.isfile(path):
        raise ValueError(f"there is no film here: {path}")
    try:
        # Absolute, as what stands before a colon would be taken for a protocol.
        film = cv2.VideoCapture(os.path.abspath(path))
    except UnicodeEncodeError as error:
        raise ValueError("OpenCV cannot open a film whose name is no UTF-8; rename it") from error
    try:
        if not film.isOpened():
            raise ValueError(f"this is no film that can be read: {path} ({_codec(_named_codec(path))})")
        yield film
    finally:
        film.release()


def _codec(name):
    text = name.decode("latin-1").strip("\0 ")
    return f"codec {text!r}" if text else "codec unknown"


def _named_codec(path):
    """The name in an .mp4's or .mov's table of samples, which tells what is missing; b"" in other films."""
    with open(path, "rb") as file, contextlib.suppress(ValueError):
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        place = content.find(b"stsd")
        return content[place + 16 : place + 20] if place > 0 else b""
    return b""
