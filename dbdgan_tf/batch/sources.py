"""From folders, globs, lists and URIs to the paths of photographs."""

import os

import fsspec
import pyarrow.parquet

from dbdgan_tf.photo import SUFFIXES
from dbdgan_tf.photo.search import find_photos
from dbdgan_tf.text_file import read_text


def find_paths(sources, column="path", exclude=None):
    """Lists photographs, each once.

    Args:
        sources: Folders, globs, photographs, .txt files (a path or URI a line) and .parquet files; paths or
            URIs that fsspec knows.
        column: Of .parquet files.
        exclude: A folder that is not searched, as it takes the output.

    Returns:
        A list of URIs and absolute paths, in the order of the sources.

    Raises:
        ValueError: If a source cannot be read, or holds no photograph.
    """
    paths = {}
    for source in sources:
        try:
            found = list(_expand(source, column, exclude))
        except ImportError as error:
            # What fsspec says of a protocol whose package is missing.
            raise ValueError(f"{source}: {error}") from error
        except Exception as error:
            # Each store has errors of its own.
            raise ValueError(f"{source}: cannot be read ({error})") from error
        if not found:
            raise ValueError(f"{source}: holds no photograph")
        paths.update(dict.fromkeys(found))
    return list(paths)


def _expand(source, column, exclude):
    if source.endswith(".parquet"):
        return map(_whole, _read_column(source, column))
    if source.endswith(".txt"):
        lines = _read_remote(source) if "://" in source else read_text(source)
        return [_whole(line.strip()) for line in lines.splitlines() if line.strip()]
    return _search_remote(source) if "://" in source else _search(source, exclude)


def _whole(path):
    """Workers have folders of their own to begin from."""
    return path if "://" in path else os.path.abspath(path)


def _search(source, exclude):
    found = find_photos([source], exclude=exclude)
    for _, reason in found.problems:
        raise OSError(reason)
    return [os.path.abspath(photo.path) for photo in found.photos]


def _search_remote(source):
    if os.path.splitext(source)[1].lower() in SUFFIXES and "*" not in source:
        return [source]
    files, path = fsspec.core.url_to_fs(source)
    names = files.glob(path) if "*" in path else files.find(path)
    photos = [name for name in sorted(names) if os.path.splitext(name)[1].lower() in SUFFIXES]
    return [files.unstrip_protocol(name) for name in photos]


def _read_remote(source):
    with fsspec.open(source, "r", encoding="utf-8") as file:
        return file.read()


def _read_column(source, column):
    files, path = fsspec.core.url_to_fs(source)
    names = pyarrow.parquet.read_schema(path, filesystem=files).names if files.isfile(path) else [column]
    if column not in names:
        raise ValueError(f"no column {column!r}; it has {', '.join(names)}; --column names another")
    return pyarrow.parquet.read_table(path, columns=[column], filesystem=files)[column].to_pylist()
