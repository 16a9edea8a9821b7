"""What is done with a spoiled file, as a person would."""

import contextlib
import functools
import os
import tempfile
import warnings
import zlib
from pathlib import Path
from types import SimpleNamespace

from dbdgan_tf import BlurDetector
from dbdgan_tf.model_file.flat_graph import read_graph
from dbdgan_tf.model_file.metadata import ModelMetadata, embed_metadata, read_metadata
from dbdgan_tf.photo import ImageInputError, load_photo
from tests.fuzz import seeds
from tests.fuzz.seeds import mutate

MAPPED, REFUSED, TRACEBACK, SILENT = "mapped", "refused", "traceback", "silent"
_PNG = b"\x89PNG\r\n\x1a\n"
# Where temporary files belong: in memory if there is such a place.
_SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def try_image(data):
    """(outcome, note): whole and at reduced scale; what a decoder said and nobody passed on is silence."""
    detector = _detector()
    with tempfile.TemporaryFile() as heard, contextlib.ExitStack() as stack:
        own = os.dup(2)
        stack.callback(os.close, own)
        stack.callback(os.dup2, own, 2)
        os.dup2(heard.fileno(), 2)
        told = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        try:
            detector(data)
            detector.small_map(load_photo(data, 16).pixels)
        except ImageInputError as error:
            return REFUSED, error.kind
        heard.seek(0)
        said = heard.read(300).decode(errors="replace").strip()
    if data.startswith(_PNG):
        # It has checksums; libpng also talks of chunks that nobody reads.
        return (SILENT, "a checksum of the PNG is wrong") if _breaks_a_checksum(data) else (MAPPED, "")
    return (SILENT, said) if said and not told else (MAPPED, "")


def try_path(use, data):
    """(outcome, note) of what reads a file; refusals are ValueErrors and the line that ends a command."""
    with tempfile.NamedTemporaryFile(dir=_SCRATCH) as file, open(os.devnull, "w") as nowhere:
        file.write(data)
        file.flush()
        try:
            with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
                use(file.name)
        except UnicodeError:
            # A ValueError as well, and no sentence for a person.
            raise
        except ValueError as error:
            return REFUSED, str(error)[:80]
        except SystemExit as end:
            return (REFUSED, str(end.code)[:80]) if end.code else (MAPPED, "")
    return MAPPED, ""


def read_model(path):
    """A map and `dbdgan info`; the calling process must survive them."""
    from dbdgan_tf.cli.commands import describe

    BlurDetector(path, num_threads=1)(seeds.SCENE)
    describe(path)


def read_description(path):
    """A good model with this text embedded."""
    text = Path(path).read_bytes()
    about = SimpleNamespace(description="", to_json=lambda: SimpleNamespace(encode=lambda: text))
    model = embed_metadata(seeds.models()[0], about)
    read_metadata(model)
    read_graph(model)


def read_flags(path):
    """The flag file of a trainer, which does nothing then."""
    from dbdgan_tf.command.flags import start
    from dbdgan_tf.training.options import DistillRun

    start(DistillRun, lambda config: None, ["train", f"--flagfile={path}"])


def read_list(path):
    """Both kinds of lists of photographs."""
    from dbdgan_tf.data.layouts import read_stems
    from dbdgan_tf.data.uniform_scenes import read_groups

    read_stems(path)
    read_groups(path)


def spoiled(kind, rng):
    """The spoiled bytes that a trial of this kind takes."""
    if kind in seeds.IMAGES:
        return mutate(seeds.image(kind, rng), rng)
    if kind == "metadata":
        return seeds.with_payloads(rng, lambda payload: mutate(payload, rng))
    if kind == "model":
        return mutate(seeds.models()[rng.integers(len(seeds.models()))], rng, near=2**16)
    if kind == "description":
        return mutate(ModelMetadata("grey", metrics={"mae": 0.1}).to_json().encode(), rng)
    return mutate(seeds.FLAGS if kind == "flags" else seeds.LIST, rng)


TRIALS = {
    **dict.fromkeys((*seeds.IMAGES, "metadata"), try_image),
    "model": functools.partial(try_path, read_model),
    "description": functools.partial(try_path, read_description),
    "flags": functools.partial(try_path, read_flags),
    "list": functools.partial(try_path, read_list),
}


@functools.cache
def _detector():
    return BlurDetector(seeds.models()[0], num_threads=1)


def _breaks_a_checksum(data):
    """Whether a PNG's chunks, read by themselves, hold a wrong checksum or end early."""
    position, body = len(_PNG), b""
    while not body.startswith(b"IEND"):
        length = int.from_bytes(data[position : position + 4], "big")
        body, stored = data[position + 4 : position + 8 + length], data[position + 8 + length :][:4]
        if len(stored) < 4 or zlib.crc32(body) != int.from_bytes(stored, "big"):
            return True
        position += 12 + length
    return False
