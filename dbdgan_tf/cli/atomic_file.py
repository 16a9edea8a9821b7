"""Files that appear whole or not at all."""

import contextlib
import errno
import os
import secrets
from pathlib import Path

# What a full disk, a full quota and a file size limit say.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def replacing(path):
    """Gives a temporary path beside `path` to write to; renames it when all went well, removes it when not.

    Args:
        path: The file to be; its folder is made. An older file stays untouched until the rename.

    Yields:
        Path with the same extension, since some writers go by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Short on purpose: the name itself may already be as long as the file system allows.
    partial = path.parent / f".dbdgan-{secrets.token_hex(6)}.part{path.suffix}"
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_bytes(path, content):
    """Writes a whole file; readers see the old one or the new one, never a part."""
    with replacing(path) as partial, open(partial, "xb") as file:
        file.write(content)


def is_disk_full(error):
    """Whether an error means that no further file can be written either."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def printable(path):
    """A file's name for the terminal: bytes that are no UTF-8 become a question mark in a lozenge."""
    return os.fsencode(path).decode("utf-8", "replace")
