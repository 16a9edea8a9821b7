"""Files that appear whole or not at all."""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from pathlib import Path

# How the names begin of folders that hold a file in the making.
TEMPORARY = ".dbdgan-"
# What a full disk, a full quota and a file size limit say.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_disk_full(error):
    """Whether an error means that no further file can be written either."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


@contextlib.contextmanager
def replacing(path, follow=False):
    """Gives a temporary path to write to; renames it to `path` when all went well, removes it when not.

    It has the same name, since some writers go by its extensions. The folder is made; an older file stays
    untouched until the rename, a device or pipe is written to. `follow`: a link stays, what it leads to
    changes.
    """
    path = Path(os.path.realpath(path) if follow else path)
    path.parent.mkdir(parents=True, exist_ok=True)
    is_stream = path.exists() and not path.is_file() and not path.is_dir()
    # A folder and not a longer name: the name itself may be as long as the file system allows.
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=None if is_stream else path.parent) as folder:
        partial = Path(folder) / path.name
        yield partial
        if is_stream:
            with open(partial, "rb") as source, open(path, "wb") as stream:
                shutil.copyfileobj(source, stream)
        else:
            os.replace(partial, path)


def write_bytes(path, content, follow=False):
    """Writes bytes, or text as UTF-8; readers see the old file or the whole new one."""
    with replacing(path, follow) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


def write_json(path, content):
    """As `write_bytes`, of what JSON can hold, indented."""
    write_bytes(path, json.dumps(content, indent=2) + "\n")
