"""From what a person typed (files, folders, globs) to photographs and the names of their outputs."""

import collections
import dataclasses
import glob
import itertools
import os
from pathlib import Path

from dbdgan_tf.photo.decoding import SUFFIXES

# Pictures of formats that are not read; a folder's other files are none of our business.
_UNREAD = frozenset((".gif", ".jxl", ".jp2", ".psd", ".exr", ".hdr", ".tga", ".ppm", ".pgm", ".svg"))


class FoundPhoto:
    """A file, and its path below the folder, or the fixed part of the glob, that it was found in.

    Kept as a text and a number: a `Path` takes a kilobyte, and there may be very many.
    """

    __slots__ = ("_path", "_depth")

    def __init__(self, path, relative):
        self._path, self._depth = str(path), len(Path(relative).parts)

    @property
    def path(self):
        return Path(self._path)

    @property
    def relative(self):
        return Path(*self.path.parts[-self._depth :])


@dataclasses.dataclass(frozen=True)
class SearchResult:
    """Photographs, (path, reason) of what could not be searched, and lines about what was left out."""

    photos: list
    problems: list
    notes: list


def find_photos(sources, exclude=None, suffixes=SUFFIXES, follow_links=False):
    """Finds photographs of files, folders (all the way down, none hidden) and globs, each once, sorted.

    `exclude` is a folder that takes the output; files that were named count whatever their suffix.
    """
    search, photos, seen = _Search(exclude, suffixes, follow_links), [], set()
    for source in sources:
        for photo in search.find(str(source)):
            identity = os.path.abspath(photo.path)
            if identity not in seen:
                seen.add(identity)
                photos.append(photo)
    return SearchResult(photos, search.problems, search.notes())


def output_names(photo, folder, ending):
    """Names that a photograph's output may have, in order: a.png, a.jpg.png, _a.jpg.png, __a.jpg.png ..."""
    relative = photo.relative
    yield Path(folder) / relative.with_name(relative.stem + ending)
    path = Path(folder) / relative.with_name(relative.name + ending)
    while True:
        yield path
        path = path.with_name("_" + path.name)


def plan_outputs(photos, folder, ending, is_free=lambda path: True):
    """Names the output of each photograph, folder / tree / stem + ending, no two alike, whatever their case.

    Photographs that would share an output (a.jpg and a.dng) all keep their extension: a.jpg.png, a.dng.png.
    Where `is_free` says False of a path, the next of the photograph's names is taken.
    """
    shared = collections.Counter(fold(next(output_names(photo, folder, ending))) for photo in photos)
    taken = set()
    for photo in photos:
        names = output_names(photo, folder, ending)
        plain = next(names)
        own = names if shared[fold(plain)] > 1 else itertools.chain([plain], names)
        path = next(path for path in own if fold(path) not in taken and is_free(path))
        taken.add(fold(path))
        yield path


def fold(path):
    """A number that paths share which a file system may take for one, as case does not matter to it.

    A quarter of the text's memory; where two others ever shared one, a photograph's output had a longer name.
    """
    return hash(str(path).casefold())


class _Search:
    def __init__(self, exclude, suffixes, follow_links):
        self._barred = Path(exclude).resolve() if exclude is not None else None
        self._suffixes, self._follow = suffixes, follow_links
        self.problems, self._links, self._unread = [], [], collections.Counter()

    def notes(self):
        notes = [f"{link} is a linked folder and was not searched (--follow-links)" for link in self._links]
        if self._unread:
            listed = ", ".join(f"{count} {suffix}" for suffix, count in sorted(self._unread.items()))
            notes.append(f"left out, as these formats are not read: {listed}")
        return notes

    def find(self, source):
        path = Path(source)
        if path.is_dir():
            yield from self._walk(path, path)
        elif os.path.lexists(path):
            yield FoundPhoto(path, Path(path.name))
        elif glob.has_magic(source):
            yield from self._expand(source)
        else:
            self.problems.append((path, "does not exist"))

    def _expand(self, pattern):
        root = _fixed_part(pattern)
        matches = sorted(glob.glob(pattern, recursive=True))
        if not matches:
            self.problems.append((Path(pattern), "matches no file"))
        for match in map(Path, matches):
            if match.is_dir():
                # `**` names every folder as well as what is in it.
                if "**" not in pattern:
                    yield from self._walk(match, root)
            elif self._counts(match) and not self._is_barred(match):
                yield FoundPhoto(match, match.relative_to(root))

    def _walk(self, folder, root):
        visited = {folder.resolve()}
        for place, folders, names in os.walk(folder, onerror=self._note, followlinks=True):
            here = Path(place)
            folders[:] = [name for name in sorted(folders) if self._enters(here / name, visited)]
            for path in (here / name for name in sorted(names)):
                if not path.name.startswith(".") and self._counts(path):
                    yield FoundPhoto(path, path.relative_to(root))

    def _enters(self, folder, visited):
        if folder.name.startswith(".") or self._is_barred(folder):
            return False
        if folder.is_symlink():
            if not self._follow:
                self._links.append(folder)
                return False
            # A link to a folder above would be searched for ever.
            if folder.resolve() in visited:
                return False
            visited.add(folder.resolve())
        return True

    def _counts(self, path):
        suffix = path.suffix.lower()
        if suffix in _UNREAD:
            self._unread[suffix] += 1
        return suffix in self._suffixes

    def _is_barred(self, path):
        return self._barred is not None and path.resolve().is_relative_to(self._barred)

    def _note(self, error):
        self.problems.append((Path(error.filename), f"cannot be searched ({error.strerror})"))


def _fixed_part(pattern):
    parts = Path(pattern).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])
