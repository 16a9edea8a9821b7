"""The models that ship with the package; the one place that knows their names and files."""

from pathlib import Path

from dbdgan_tf.inference.interpreter import ModelFileError

ASSETS = Path(__file__).resolve().parent.parent / "assets"
DEFAULT_NAME = "lite"
# Name -> file; each has its recipe, FILE.json, beside it.
MODEL_FILES = {"lite": "lite_int8.tflite", "lite_float16": "lite_float16.tflite"}


def bundled_model(name=DEFAULT_NAME):
    """Path of the .tflite file of a bundled model, "lite" or "lite_float16".

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
