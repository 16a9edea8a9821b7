"""Photographs into folders by verdict: copied, linked or moved, never deleted and never replaced."""

import filecmp
import itertools
import os
import shutil

from dbdgan_tf.atomic_file import replacing
from dbdgan_tf.photo.optional_formats import RAW_SUFFIXES

# What cameras write beside a RAW photograph.
_BESIDE_RAW = (".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif")


def without_raw_twins(photos):
    """Leaves out each RAW photograph whose JPEG or HEIC is among the others: the pair counts as one."""
    pictures = {photo.path.with_suffix("") for photo in photos if photo.path.suffix.lower() in _BESIDE_RAW}
    return [
        photo
        for photo in photos
        if photo.path.suffix.lower() not in RAW_SUFFIXES or photo.path.with_suffix("") not in pictures
    ]


def _destination(photo, folder):
    """A free place for a photograph, its tree kept, and False; or where an equal file is, and True."""
    wanted = folder / photo.relative
    for number in itertools.count(1):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        if not any(map(os.path.lexists, (path, *(twin for _, twin in _raw_twins(photo.path, path))))):
            return path, False
        if path.is_file() and filecmp.cmp(photo.path, path, shallow=False):
            return path, True


def put(photo, folder, way, dry_run=False):
    """Copies, links or moves a photograph, RAW twin and sidecars into a folder; where it is, or would be."""
    path, exists = _destination(photo, folder)
    if not dry_run and not exists:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The photograph last: a run that is stopped between finds it, and goes on.
        for source, target in (*_raw_twins(photo.path, path), *_sidecars(photo.path, path)):
            if not os.path.lexists(target):
                _transfer(source, target, way)
        _transfer(photo.path, path, way)
    return path


def _transfer(source, target, way):
    if way == "link":
        os.symlink(os.path.abspath(source), target)
    elif way == "copy" or not _rename(source, target):
        with replacing(target) as partial:
            shutil.copy2(source, partial)
        if way == "move":
            # Between disks: the original goes only once the copy is proven equal.
            if not filecmp.cmp(source, target, shallow=False):
                raise OSError(f"the copy {target} differs from the photograph, which stays where it is")
            os.unlink(source)


def _rename(source, target):
    same_disk = os.stat(source).st_dev == os.stat(target.parent).st_dev
    if same_disk:
        os.rename(source, target)
    return same_disk


def _raw_twins(photo, target):
    if photo.suffix.lower() in _BESIDE_RAW:
        for suffix in (*RAW_SUFFIXES, *map(str.upper, RAW_SUFFIXES)):
            if photo.with_suffix(suffix).is_file():
                yield photo.with_suffix(suffix), target.with_suffix(suffix)


def _sidecars(photo, target):
    for ending in (".xmp", ".XMP"):
        for name, new in ((photo.stem, target.stem), (photo.name, target.name)):
            sidecar = photo.with_name(name + ending)
            if sidecar.is_file():
                yield sidecar, target.with_name(new + ending)
