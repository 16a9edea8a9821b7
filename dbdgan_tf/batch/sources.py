"""From folders, globs, lists and URIs to the paths of photographs."""

import os

import fsspec
import pyarrow.parquet

from dbdgan_tf.batch.blur_rows import read
from dbdgan_tf.photo import SUFFIXES
from dbdgan_tf.photo.search import find_photos
from dbdgan_tf.text_file import read_text


def find_paths(sources, column="path", exclude=None):
    """Lists photographs, each once: URIs and absolute paths in the order of the sources.

    Sources are folders, globs, photographs, .txt files (a path or URI a line) and .parquet files (of which
    `column` counts); paths or URIs that fsspec knows. The folder `exclude` takes the output.
    """
    paths = {}
    for source in sources:
        try:
            found = list(_expand(source, column, exclude))
        # Each store has errors of its own; an ImportError tells which package a protocol takes.
        except Exception as error:
            raise ValueError(f"{source}: cannot be read ({error})") from error
        if not found:
            raise ValueError(f"{source}: holds no photograph")
        paths.update(dict.fromkeys(found))
    return list(paths)


def _expand(source, column, exclude):
    if source.endswith(".parquet"):
        return map(whole, _read_column(source, column))
    if source.endswith(".txt"):
        lines = read(source).decode() if "://" in source else read_text(source)
        return [whole(line.strip()) for line in lines.splitlines() if line.strip()]
    if "://" in source:
        return _search_remote(source)
    found = find_photos([source], exclude=exclude)
    for _, reason in found.problems:
        raise OSError(reason)
    return [os.path.abspath(photo.path) for photo in found.photos]


def whole(path):
    """Workers have folders of their own to begin from."""
    return path if "://" in path else os.path.abspath(path)


def _search_remote(source):
    if os.path.splitext(source)[1].lower() in SUFFIXES and "*" not in source:
        return [source]
    files, path = fsspec.core.url_to_fs(source)
    names = files.glob(path) if "*" in path else files.find(path)
    photos = [name for name in sorted(names) if os.path.splitext(name)[1].lower() in SUFFIXES]
    return [files.unstrip_protocol(name) for name in photos]


def _read_column(source, column):
    files, path = fsspec.core.url_to_fs(source)
    names = pyarrow.parquet.read_schema(path, filesystem=files).names if files.isfile(path) else [column]
    if column not in names:
        raise ValueError(f"no column {column!r}; it has {', '.join(names)}; --column names another")
    return pyarrow.parquet.read_table(path, columns=[column], filesystem=files)[column].to_pylist()
