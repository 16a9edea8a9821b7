"""What an output was made from, noted inside the output itself: which photograph, model and options."""

import dataclasses
import hashlib
import itertools
import json
import os
import stat
import zlib

from dbdgan_tf.photo.search import fold, output_names, plan_outputs

_KEY = b"dbdgan\0"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# Our note is among the first segments of a file.
_HEAD = 4096
# An output is up to date; must be made; or is a file that does not tell what it was made from.
FINISHED, WAITING, UNKNOWN = "finished", "waiting", "unknown"


@dataclasses.dataclass(frozen=True)
class Origin:
    """Size, time in ns and checksums of a photograph's absolute path and content, and of the settings."""

    place: str
    size: int
    modified: int
    content: str
    settings: str

    def describes(self, photo):
        """Whether the output was made from this photograph as it is now, wherever it has been moved to."""
        try:
            facts = os.stat(photo)
        except OSError:
            return False
        if facts.st_size != self.size or not stat.S_ISREG(facts.st_mode):
            return False
        unchanged = self.is_from(photo) and facts.st_mtime_ns == self.modified
        return unchanged or self.content == _file_checksum(photo)

    def is_from(self, photo):
        """Whether the output was made from a photograph at this path."""
        return self.place == checksum(os.path.abspath(photo))


def checksum(text):
    """A short checksum of a text or path."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


def _file_checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def with_origin(content, photo, settings):
    """An output's bytes with the `Origin` of one that is made now as note."""
    facts, place = os.stat(photo), checksum(os.path.abspath(photo))
    made_from = Origin(place, facts.st_size, facts.st_mtime_ns, _file_checksum(photo), settings)
    return with_note(content, dataclasses.asdict(made_from))


def with_note(content, facts):
    """A PNG's or JPEG's bytes with a flat dict as note; other formats' as they are. Pixels stay the same."""
    note = _KEY + json.dumps(facts).encode()
    if content.startswith(_PNG):
        chunk = b"tEXt" + note
        # Behind the signature and the header, 8 and 25 bytes.
        place, note = 33, len(note).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    elif content.startswith(_JPEG):
        # A JFIF segment must stay the first.
        place = 4 + int.from_bytes(content[4:6]) if content[2:4] == b"\xff\xe0" else 2
        note = b"\xff\xfe" + (len(note) + 2).to_bytes(2) + note
    else:
        return content
    return content[:place] + note + content[place:]


def read_origin(path):
    """The `Origin` noted in a file, or None."""
    try:
        return Origin(**read_note(path))
    except TypeError:
        return None


def read_note(path):
    """The dict noted in a file; None without a note or a file."""
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
        note = head[head.index(_KEY) + len(_KEY) :]
        return json.loads(note[: note.index(b"}") + 1]) if head.startswith((_PNG, _JPEG)) else None
    except (FileNotFoundError, IsADirectoryError, ValueError):
        return None


def plan(photos, folder, ending, settings):
    """Names the output of each photograph, as `plan_outputs` does, around what is there already.

    What was made from a photograph keeps its name, whatever else is mapped and in whatever order; where an
    output of another photograph has the name, the next one is taken. Lists (photo, path as text, state).
    """
    own = [_own_output(photo, folder, ending, settings) for photo in photos]
    taken = {fold(path) for path, _ in filter(None, own)}
    others = [photo for photo, place in zip(photos, own, strict=True) if not place]
    fresh = plan_outputs(
        others, folder, ending, lambda path: fold(path) not in taken and not read_origin(path)
    )
    return [(photo, *(place or _unowned(next(fresh)))) for photo, place in zip(photos, own, strict=True)]


def _own_output(photo, folder, ending, settings):
    """(path, state) of the output that was made from a photograph, or None."""
    for path in itertools.islice(output_names(photo, folder, ending), 3):
        origin = read_origin(path)
        described = origin and origin.describes(photo.path)
        if described or (origin and origin.is_from(photo.path)):
            return str(path), FINISHED if described and origin.settings == settings else WAITING
    return None


def _unowned(path):
    # Outputs are renamed into place whole; only a power cut can leave an empty one.
    return str(path), UNKNOWN if path.is_file() and path.stat().st_size else WAITING
