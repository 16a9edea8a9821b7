"""From what a person typed (files, folders, globs) to photographs and the names of their outputs."""

import collections
import dataclasses
import glob
import os
from pathlib import Path

from dbdgan_tf.photo import SUFFIXES


@dataclasses.dataclass(frozen=True)
class FoundPhoto:
    """A file and its place in the tree that was asked for.

    Attributes:
        path: The file.
        relative: Path below the folder, or the fixed part of the glob, that it was found in.
    """

    path: Path
    relative: Path


@dataclasses.dataclass(frozen=True)
class SearchResult:
    """Photographs, and (path, reason) of what could not be searched."""

    photos: list
    problems: list


def find_photos(sources, exclude=None, suffixes=SUFFIXES):
    """Finds photographs, each once, in sorted order.

    Args:
        sources: Files (of any extension), folders (searched all the way down; hidden files are left out) and
            glob patterns.
        exclude: A folder that is not searched, as it takes the output.
        suffixes: Extensions, lower case, that count in folders.

    Returns:
        A `SearchResult`.
    """
    photos, problems, seen = [], [], set()
    barred = Path(exclude).resolve() if exclude is not None else None
    for source in sources:
        for photo in _search(str(source), barred, suffixes, problems):
            identity = os.path.abspath(photo.path)
            if identity not in seen:
                seen.add(identity)
                photos.append(photo)
    return SearchResult(photos, problems)


def plan_outputs(photos, folder, ending):
    """Names the output of each photograph: folder / tree / stem + ending.

    Photographs that would share an output (a.jpg and a.dng) all keep their extension: a.jpg.png, a.dng.png.

    Args:
        photos: List of `FoundPhoto`.
        folder: Where the tree is rebuilt.
        ending: E.g. ".png" or "_mask.png".

    Returns:
        List of paths, no two alike even where case does not count.
    """
    plain = [photo.relative.with_name(photo.relative.stem + ending) for photo in photos]
    count = collections.Counter(str(path).casefold() for path in plain)
    taken, planned = set(), []
    for photo, path in zip(photos, plain, strict=True):
        if count[str(path).casefold()] > 1:
            path = photo.relative.with_name(photo.relative.name + ending)
        while str(path).casefold() in taken:
            path = path.with_name("_" + path.name)
        taken.add(str(path).casefold())
        planned.append(Path(folder) / path)
    return planned


def _search(source, barred, suffixes, problems):
    path = Path(source)
    if path.is_dir():
        yield from _walk(path, path, barred, suffixes, problems)
    elif os.path.lexists(path):
        yield FoundPhoto(path, Path(path.name))
    elif glob.has_magic(source):
        yield from _expand(source, barred, suffixes, problems)
    else:
        problems.append((path, "does not exist"))


def _expand(pattern, barred, suffixes, problems):
    root = _fixed_part(pattern)
    matches = sorted(glob.glob(pattern, recursive=True))
    if not matches:
        problems.append((Path(pattern), "matches no file"))
    for match in map(Path, matches):
        if match.is_dir():
            # `**` names every folder as well as what is in it.
            if "**" not in pattern:
                yield from _walk(match, root, barred, suffixes, problems)
        elif match.suffix.lower() in suffixes and not _is_inside(match, barred):
            yield FoundPhoto(match, match.relative_to(root))


def _fixed_part(pattern):
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _walk(folder, root, barred, suffixes, problems):
    def note(error):
        problems.append((Path(error.filename), f"cannot be searched ({error.strerror})"))

    for place, folders, names in os.walk(folder, onerror=note):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not _is_inside(here / name, barred)
        )
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield FoundPhoto(here / name, (here / name).relative_to(root))


def _is_inside(path, barred):
    return barred is not None and path.resolve().is_relative_to(barred)
