"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


@contextlib.contextmanager
def replacing(path):
    """Gives a temporary path beside `path` to write to; renames it when all went well, removes it when not.

    Args:
        path: The file to be; its folder is made. An older file stays untouched until the rename.

    Yields:
        Path of the same name, since some writers go by its extensions.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A folder and not a longer name: the name itself may be as long as the file system allows.
    with tempfile.TemporaryDirectory(prefix=".dbdgan-", dir=path.parent) as folder:
        partial = Path(folder) / path.name
        yield partial
        os.replace(partial, path)


def write_bytes(path, content):
    """Writes bytes, or text as UTF-8; readers see the old file or the whole new one."""
    with replacing(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
