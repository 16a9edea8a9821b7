"""Model files: the names of those that ship with the package, and a trial of those that do not.

Unknown files are tried in a process of their own, as LiteRT checks little of what it loads.
"""

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from dbdgan_tf.inference.interpreter import ModelFileError, cannot_load
from dbdgan_tf.text_file import read_json

ASSETS = Path(__file__).resolve().parent.parent / "assets"
DEFAULT_NAME = "lite"
# Each is a file NAME.tflite with its recipe, NAME.tflite.json, beside it; lite_fast is for cameras.
MODELS = ("lite_int8", "lite_float16", "lite_fast_int8", "lite_fast_float16")
# Name -> file; names without a type mean int8.
MODEL_FILES = {name: f"{model}.tflite" for model in MODELS for name in (model.removesuffix("_int8"), model)}
SECONDS = 120
# Twice, as a damaged graph may spoil memory in its first run; the interpreter is freed before the end.
_CHILD = """
import sys
from ai_edge_litert.interpreter import Interpreter
try:
    interpreter = Interpreter(model_content=sys.stdin.buffer.read(), num_threads=2)
    interpreter.allocate_tensors()
    interpreter.invoke()
    interpreter.invoke()
except (ValueError, RuntimeError) as error:
    sys.exit(str(error))
del interpreter
"""


def bundled_model(name=DEFAULT_NAME):
    """Path of the .tflite file of a bundled model, such as "lite" or "lite_fast_float16".

    Raises:
        ValueError: If there is no model of that name.
        ModelFileError: If this installation lacks it.
    """
    if name not in MODEL_FILES:
        allowed = ", ".join(MODEL_FILES)
        raise ValueError(f"There is no bundled model of this name. Received: {name!r}. Allowed: {allowed}.")
    path = ASSETS / MODEL_FILES[name]
    if path.is_file():
        return path
    present = ", ".join(key for key, file in MODEL_FILES.items() if (ASSETS / file).is_file()) or "none"
    raise ModelFileError(
        f"This installation has no bundled model of this name. Received: {name!r}. Allowed: {present}, or "
        "the path of a .tflite file; to get one, train a student (scripts/quickstart.sh) and write it with "
        "`dbdgan convert`."
    )


def model_path(model):
    """Path of a model by its bundled name, or else `model` as a path; a file called "lite" is "./lite"."""
    return bundled_model(model) if isinstance(model, str) and model in MODEL_FILES else Path(model)


def check_model(model):
    """A ModelFileError if loading and running a model (its path or content) might end this process.

    A bundled file must have the checksum that its recipe names. Any other is loaded and run in a child
    process, once: what passed is remembered by its checksum in the cache folder (XDG_CACHE_HOME).
    """
    if isinstance(model, bytes):
        return _try_once(model, f"{len(model)} bytes")
    if not model.is_file():
        raise ModelFileError(f"There is no model file here. Received: {model}.")
    facts = model.stat()
    return _check_file(model.resolve(), facts.st_size, facts.st_mtime_ns)


@functools.lru_cache(64)
def _check_file(path, size, modified):
    """Once for a file as it is, since each thread opens a detector of its own."""
    content = path.read_bytes()
    recipe = path.with_name(path.name + ".json")
    if path.parent != ASSETS or not recipe.is_file():
        return _try_once(content, str(path))
    expected, found = read_json(recipe)["sha256"], hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ModelFileError(
            f"The bundled model is damaged; install the package again. Received: {path} with SHA-256 "
            f"{found[:12]}... Allowed: {expected[:12]}..."
        )


def _try_once(content, label):
    if not sys.executable or getattr(sys, "frozen", False):
        # An app with Python inside has no interpreter to start; it ships the models that it knows.
        return
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dbdgan_tf" / "models"
    passed = cache / hashlib.sha256(content).hexdigest()
    if passed.exists():
        return
    try:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", _CHILD]
        child = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, env=environment)
    except subprocess.TimeoutExpired as error:
        raise cannot_load(label, f"nothing within {SECONDS} s") from error
    if child.returncode < 0:
        raise cannot_load(label, f"nothing; the process that tried it died of signal {-child.returncode}")
    if child.returncode:
        lines = child.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
        raise cannot_load(label, lines[-1])
    # Without a place for the note, the file is tried again the next time.
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        passed.touch()
