"""`dbdgan doctor`: is this installation sound, and what a bug report needs."""

import hashlib
import importlib.util
import platform

import click

from dbdgan_tf.cli.options import count_threads, json_option, tell

_PACKAGES = "dbdgan_tf numpy opencv-python-headless pillow simplejpeg ai-edge-litert click".split()
_TRAINING = ("tensorflow", "keras", "jax")
# What `draw_picture` is, in percent of blur, as means of 4 x 4 fields; how far off the answer may be.
_GOLDEN = ((0, 0, 100, 100),) * 4
_TOLERANCE = 10


@click.command("doctor", short_help="Is this installation sound? What a bug report needs.")
@json_option
def command(as_json):
    """Prints versions, processors, the state of the bundled models and what formats can be read.

    Each bundled model is compared with its checksum and maps a picture whose answer is known. The exit code
    is 1 if something is wrong. Nothing is sent anywhere: put the output into a bug report.
    """
    from dbdgan_tf.inference.bundled import MODELS

    versions = {name: _version(name) for name in _PACKAGES}
    models = {name: _try_model(name) for name in MODELS}
    sound = "missing" not in versions.values() and set(models.values()) == {"sound"}
    facts = {
        "sound": sound,
        "versions": versions | {name: text for name in _TRAINING if (text := _version(name)) != "missing"},
        "system": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "processor": platform.machine(),
            "cores": count_threads(None),
        },
        "models": models,
        "formats": _formats(),
    }
    tell(facts, as_json)
    if not as_json:
        click.echo("Everything is as it should be." if sound else "Something is wrong; see above.")
    return int(not sound)


def _try_model(name):
    import cv2
    import numpy as np

    from dbdgan_tf.inference import BlurDetector

    try:
        blur_map = BlurDetector(name)(draw_picture()).blur_map
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    off = np.abs(100 * cv2.resize(blur_map, (4, 4), interpolation=cv2.INTER_AREA) - _GOLDEN).max()
    return "sound" if off <= _TOLERANCE else f"gives a wrong map: {off:.0f} % off; allowed: {_TOLERANCE}"


def draw_picture():
    """uint8 (384, 384, 3): coloured squares with grain, the right half out of focus; the same everywhere."""
    import cv2
    import numpy as np

    def squares(side, channels):
        across = 384 // side
        # Bytes of a hash: NumPy may change its random numbers.
        content = hashlib.shake_128(b"dbdgan").digest(across * across * channels)
        coarse = np.frombuffer(content, np.uint8).reshape(across, across, channels)
        return coarse.repeat(side, 0).repeat(side, 1).astype(int)

    picture = np.uint8((3 * squares(32, 3) + squares(2, 1)) // 4)
    picture[:, 192:] = cv2.GaussianBlur(picture, (0, 0), 12)[:, 192:]
    return picture


def _version(package):
    # Takes as long to load as click.
    import importlib.metadata

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _formats():
    from PIL import features

    wanted = {
        "AVIF": None if features.check("avif") else "pillow>=11.3",
        "HEIC": None if importlib.util.find_spec("pillow_heif") else "dbdgan_tf[heic]",
        "RAW": None if importlib.util.find_spec("rawpy") else "dbdgan_tf[raw]",
    }
    return {name: f"missing; pip install '{one}'" if one else "present" for name, one in wanted.items()}
