"""Blur maps on disk, written so that a killed run can be continued."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.ordered_map import ordered_map
from dbdgan_tf.photo import IMAGE_SUFFIXES, read_values, write_image, write_map
from dbdgan_tf.text_file import read_json

MAP_SUFFIXES = (*IMAGE_SUFFIXES, ".npy")


def find_maps(directory):
    """Dict stem -> path of the maps in a folder; a ValueError if there is none, or two of one stem."""
    directory = Path(directory)
    if not directory.is_dir():
        raise ValueError(f"No such folder of maps. Received: {str(directory)!r}.")
    files, doubles = {}, []
    for path in sorted(directory.iterdir()):
        if path.suffix.lower() in MAP_SUFFIXES and not path.name.startswith("."):
            if path.stem in files:
                doubles.append(f"{files[path.stem].name} and {path.name}")
            files[path.stem] = path
    if doubles:
        raise ValueError(f"Two maps of one stem in {str(directory)!r}: {', '.join(doubles)}.")
    if not files:
        raise ValueError(f"No map in the folder. Received: {str(directory)!r}. Allowed: {MAP_SUFFIXES}.")
    return files


def read_map(path, polarity="blur"):
    """Reads a blur map of 8 or 16 bits, grey, or of floats in 0..1: uint8 or float32, high = blurred."""
    path = Path(path)
    values = _read_values(path)
    if values.ndim == 3:
        colours = values[..., :3]
        if values.shape[-1] > 1 and (colours != colours[..., :1]).any():
            raise ValueError(f"{path}: a blur map must be grey. Received: unequal channels.")
        values = values[..., 0]
    if values.dtype == np.uint16:
        values = values.astype(np.float32) / 65535
    elif values.dtype != np.uint8:
        values = values.astype(np.float32)
    if polarity == "blur":
        return values
    return 255 - values if values.dtype == np.uint8 else 1 - values


def _read_values(path):
    try:
        if path.suffix.lower() == ".npy":
            return np.load(path, allow_pickle=False)
        return read_values(path)
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{path}: cannot read the map ({getattr(error, 'reason', error)}).") from error


@dataclasses.dataclass(frozen=True)
class WrittenMaps:
    """What `write_maps` did: maps written now and kept from before; dict of failed photographs to reasons."""

    written: int
    kept: int
    failed: dict

    def __str__(self):
        lines = [f"{self.written} maps written, {self.kept} kept from before, {len(self.failed)} failed."]
        return "\n".join(lines + [f"  {path}: {problem}" for path, problem in self.failed.items()])


def find_photographs(input_dir):
    """Samples without masks of all photographs below a folder; stems are paths below it without extension."""
    folder = Path(input_dir)
    if not folder.is_dir():
        raise ValueError(f"No such folder of photographs. Received: {str(folder)!r}.")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES and p.is_file())
    visible = [p for p in paths if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
    if not visible:
        raise ValueError(f"No photograph below {str(folder)!r}. Allowed: {IMAGE_SUFFIXES}.")
    return [Sample(p.relative_to(folder).with_suffix("").as_posix(), p) for p in visible]


def write_maps(samples, predictor, output_dir, *, bits=8, overwrite=False, source=None, progress=False):
    """Writes `<output_dir>/<stem>.png` for every sample; white is blurred. Returns `WrittenMaps`.

    Maps that exist are kept, so that a killed run continues. A folder of another `source`, which says what
    makes the maps, is refused unless `overwrite`.
    """
    from tqdm import tqdm

    folder = Path(output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    _check_source(folder / "maps.json", {**(source or {}), "bits": bits}, overwrite)
    samples, failed = _without_clashes(samples)
    todo = [s for s in samples if overwrite or not _target(folder, s).is_file()]

    def write(prediction):
        sample, blur_map = prediction
        if isinstance(blur_map, Exception):
            raise blur_map
        if bits == 8:
            write_map(_target(folder, sample), blur_map)
        else:
            write_image(_target(folder, sample), np.rint(np.clip(blur_map, 0, 1) * 65535).astype(np.uint16))

    bar = tqdm(predictor.predict(todo), total=len(todo), desc="maps", unit="image", disable=not progress)
    for (sample, _), outcome in ordered_map(write, bar):
        if isinstance(outcome, Exception):
            failed[str(sample.image)] = str(outcome)
            # A stale map of an older run would pass for this model's.
            _target(folder, sample).unlink(missing_ok=True)
    written = sum(str(sample.image) not in failed for sample in todo)
    return WrittenMaps(written, len(samples) - len(todo), failed)


def describe_model(path):
    """Names a model by its files' content, so that maps of a retrained one are not mixed with old ones."""
    if str(path).endswith(".tflite"):
        files = (Path(path),)
    else:
        from dbdgan_tf.models.serialization import network_files

        files = network_files(path)
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file():
            allowed = "a .tflite file, or PREFIX of PREFIX.weights.h5 and PREFIX.json"
            raise ValueError(f"No such model. Received: {str(path)!r}. Missing: {file}. Allowed: {allowed}.")
        digest.update(file.read_bytes())
    return {"model": files[0].name, "sha256": digest.hexdigest()}


def _target(folder, sample):
    return folder / f"{sample.stem}.png"


def _without_clashes(samples):
    """Leaves the first of every stem; the others fail, because one map would overwrite the other."""
    first, failed = {}, {}
    for sample in samples:
        if sample.stem in first:
            failed[str(sample.image)] = f"same stem as {first[sample.stem].image}, which the map is made of."
        else:
            first[sample.stem] = sample
    return list(first.values()), failed


def _check_source(record, source, overwrite):
    if record.is_file() and not overwrite:
        found = read_json(record)
        if found != source:
            raise ValueError(
                f"{str(record.parent)!r} holds maps of another model or setting. Received: {source}. "
                f"Found: {found}. Allowed: another --output_dir, or --overwrite."
            )
    write_json(record, source)
