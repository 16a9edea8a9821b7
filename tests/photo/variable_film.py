"""Films of variable rate, and films that lie on their side, made of an .mp4 that OpenCV wrote."""

import struct

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
# A quarter turn, as a phone that was held upright writes it.
_TURNED = struct.pack(">9i", 0, 2**16, 0, -(2**16), 0, 0, 0, 0, 2**30)


def with_durations(film, durations):
    """Bytes of a film whose frames last so many of its own ticks."""
    table = struct.pack(">II", 0, len(durations)) + b"".join(struct.pack(">II", 1, d) for d in durations)
    # The edit list would cut the film to its old length.
    return _rebuilt(film, {b"stts": lambda _: table, b"edts": None})


def turned(film):
    """Bytes of a film that is to be shown a quarter turn clockwise."""
    return _rebuilt(film, {b"tkhd": lambda body: body[:40] + _TURNED + body[76:]})


def _rebuilt(content, changes):
    built, position = b"", 0
    while position < len(content):
        size, kind = struct.unpack(">I4s", content[position : position + 8])
        body = content[position + 8 : position + size]
        position += size
        if kind in changes and changes[kind] is None:
            continue
        body = _rebuilt(body, changes) if kind in _PARENTS else changes.get(kind, bytes)(body)
        built += struct.pack(">I4s", len(body) + 8, kind) + body
    return built
