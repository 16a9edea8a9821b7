"""The smallest DNG that LibRaw opens: a grey mosaic and, if asked for, a JPEG preview."""

import struct

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 10: 8}
_IDENTITY = [number for row in ((1, 0, 0), (0, 1, 0), (0, 0, 1)) for value in row for number in (value, 1)]


def tiny_dng(preview=None, preview_size=(0, 0), orientation=1, size=(96, 64)):
    """Bytes of a DNG.

    Args:
        preview: Bytes of a JPEG, or None.
        preview_size: Its (width, height).
        orientation: In EXIF's numbers.
        size: (width, height) of the mosaic.
    """
    mosaic = struct.pack("<H", 3000) * (size[0] * size[1])
    camera = [
        (271, 2, b"Tiny\0"), (272, 2, b"Camera\0"), (274, 3, [orientation]), (50706, 1, bytes([1, 4, 0, 0])),
        (50708, 2, b"Tiny Camera\0"), (50721, 10, _IDENTITY), (50778, 3, [21]),
    ]  # fmt: skip
    pattern = [(33421, 3, [2, 2]), (33422, 1, bytes([0, 1, 1, 2])), (50717, 4, [4095])]
    raw = [*_picture(size, 32803, 1, 16, 1), *pattern]
    if preview is None:
        return _file([([*raw, *camera], mosaic)])
    first = [*_picture(preview_size, 6, 7, 8, 3), (254, 4, [1]), *camera]
    return _file([(first, preview), (raw, mosaic)])


def _picture(size, photometric, compression, bits, samples):
    return [
        (256, 4, [size[0]]), (257, 4, [size[1]]), (258, 3, [bits] * samples), (259, 3, [compression]),
        (262, 3, [photometric]), (277, 3, [samples]), (278, 4, [size[1]]),
    ]  # fmt: skip


def _file(pictures):
    """A TIFF of one directory; a second picture becomes its sub-directory."""
    content, position = b"II*\0" + struct.pack("<I", 0), 0
    for tags, pixels in reversed(pictures):
        tags = [*tags, (279, 4, [len(pixels)]), (273, 4, [len(content)])]
        if position:
            tags.append((330, 4, [position]))
        content += pixels + bytes(len(pixels) % 2)
        directory, position = _directory(sorted(tags), len(content))
        content += directory
    return content[:4] + struct.pack("<I", position) + content[8:]


def _directory(tags, start):
    """(bytes, offset of the directory in the file): values that do not fit into their tag come first."""
    values, entries = b"", b""
    for tag, kind, value in tags:
        packed = value if isinstance(value, bytes) else _pack(kind, value)
        count = len(packed) // _SIZES[kind]
        if len(packed) > 4:
            offset = start + len(values)
            values += packed + bytes(len(packed) % 2)
            packed = struct.pack("<I", offset)
        entries += struct.pack("<HHI", tag, kind, count) + packed.ljust(4, b"\0")
    return values + struct.pack("<H", len(tags)) + entries + bytes(4), start + len(values)


def _pack(kind, numbers):
    return struct.pack(f"<{len(numbers)}{ {3: 'H', 4: 'I', 10: 'i'}[kind] }", *numbers)
