"""What an output was made from, noted inside the output itself: which photograph, model and options."""

import dataclasses
import hashlib
import itertools
import json
import os
import stat
import zlib
from pathlib import Path

from dbdgan_tf.photo.search import plan_outputs

_KEY = b"dbdgan\0"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# Our note is among the first segments of a file.
_HEAD = 4096
# A file that does not tell what it was made from.
UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where an output comes from: the photograph's size in bytes, time in ns and checksum; the settings'.

    `place` is the checksum of its absolute path, since outputs may be shared and paths may tell.
    """

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


def origin_of(photo, settings):
    """The `Origin` of an output that is made now."""
    facts = os.stat(photo)
    place = checksum(os.path.abspath(photo))
    return Origin(place, facts.st_size, facts.st_mtime_ns, _file_checksum(photo), settings)


def checksum(text):
    """A short checksum of a text or path."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


def _file_checksum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def with_origin(content, origin):
    """As `with_note`, of an `Origin`."""
    return with_note(content, dataclasses.asdict(origin))


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
    """The dict noted in a file, or None."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if not head.startswith((_PNG, _JPEG)):
        return None
    try:
        note = head[head.index(_KEY) + len(_KEY) :]
        return json.loads(note[: note.index(b"}") + 1])
    except ValueError:
        return None


def plan(photos, folder, ending):
    """Names the output of each photograph, as `plan_outputs` does, around what is there already.

    What was made from a photograph keeps its name, whatever else is mapped and in whatever order; where an
    output of another photograph has the name, the next one is taken: a.png, a.jpg.png, _a.jpg.png. Lists
    (photo, path, what is there: its `Origin`, None if nothing, `UNKNOWN` if it does not tell).
    """
    own = {photo: _own_output(photo, folder, ending) for photo in photos}
    taken = {_key(path) for path, _ in filter(None, own.values())}
    others = [photo for photo in photos if not own[photo]]
    fresh = dict(zip(others, plan_outputs(others, folder, ending), strict=True))
    return [
        (photo, *(own[photo] or _next_free(photo, fresh[photo], folder, ending, taken))) for photo in photos
    ]


def _own_output(photo, folder, ending):
    """(path, `Origin`) of the output that was made from a photograph, or None."""
    for path in itertools.islice(_candidates(photo, folder, ending), 3):
        origin = _found(path)
        if isinstance(origin, Origin) and (origin.is_from(photo.path) or origin.describes(photo.path)):
            return path, origin
    return None


def _next_free(photo, first, folder, ending, taken):
    for path in itertools.chain([first], _candidates(photo, folder, ending)):
        found = _found(path)
        if _key(path) not in taken and not isinstance(found, Origin):
            taken.add(_key(path))
            return path, found


def _candidates(photo, folder, ending):
    yield Path(folder) / photo.relative.with_name(photo.relative.stem + ending)
    path = Path(folder) / photo.relative.with_name(photo.relative.name + ending)
    while True:
        yield path
        path = path.with_name("_" + path.name)


def _found(path):
    # Outputs are renamed into place whole; only a power cut can leave an empty one.
    if not path.is_file() or not path.stat().st_size:
        return None
    return read_origin(path) or UNKNOWN


def _key(path):
    return str(path).casefold()
