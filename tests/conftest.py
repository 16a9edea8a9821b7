"""Shared fixtures: the Keras backend, reference data, and processes in which a package cannot be imported."""

import functools
import importlib.util
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.inference import flat_models as flat_models_module
from tests.torch_writer import write_torch_file as write_torch

# Set before anything imports Keras; two test processes share two cores.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("MPLBACKEND", "Agg")

REPOSITORY = Path(__file__).resolve().parent.parent


def _seed():
    # Tests that need no Keras must not load it.
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(0)


# Fixtures that a file's tests share, and each test, start from the same random numbers in every run.
seeded_module = pytest.fixture(_seed, autouse=True, scope="module")
seeded_test = pytest.fixture(_seed, autouse=True)


@pytest.fixture(scope="session")
def shared_dir():
    """The folder of data and reference vectors beside the repository; absent on most machines."""
    path = Path(os.environ.get("DBDGAN_SHARED_DIR", REPOSITORY.parent / "shared"))
    if not (path / "README.md").exists():
        pytest.skip("needs the reference data folder ../shared, which is not on this machine")
    return path


@pytest.fixture(scope="session")
def repository():
    return REPOSITORY


@pytest.fixture(scope="session")
def load_module():
    """A function that imports a file of no package: load_module(path); each file is executed once."""

    @functools.cache
    def load(path):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up by name while it is executed.
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def flat_models():
    """The module that writes tiny .tflite files."""
    return flat_models_module


@pytest.fixture(scope="session")
def model(flat_models, tmp_path_factory):
    """Path of a model whose map is sigmoid(r + 2 g + 3 b - 1): bright is blurred, dark is in focus."""
    path = tmp_path_factory.mktemp("model") / "grey.tflite"
    path.write_bytes(flat_models.grey_model((32, 48)))
    return str(path)


@pytest.fixture(scope="session")
def write_torch_file():
    """A function that writes a PyTorch checkpoint: write_torch_file(path, content, legacy=False)."""
    return write_torch


@pytest.fixture(scope="session")
def official_network(load_module, shared_dir):
    """A function of "student" or "teacher": an official state dict, filled by a rule, and arrays through it.

    The arrays are input (N, H, W, 3) in 0..1 and output (N, h, w, 1).
    """
    folder = shared_dir / "official"
    fill = load_module(folder / "fill_weights.py").fill

    def tensor(name, key, shape):
        # The teacher's second names of its encoder's stages are not read: 50 million numbers not to be drawn.
        unread = name == "teacher" and key.startswith("encoder.")
        return np.broadcast_to(np.float32(0), shape) if unread else fill(key, shape)

    @functools.cache
    def read(name):
        manifest = json.loads((folder / f"{name}_state_dict.json").read_text())
        arrays = np.load(folder / f"{name}_io.npz")
        images, maps = (arrays[key].transpose(0, 2, 3, 1) for key in ("input_nchw", "output_nchw"))
        return {f"module.{key}": tensor(name, key, shape) for key, shape in manifest}, images, maps

    return read


@pytest.fixture(scope="session")
def run_python():
    """A function that runs code in a fresh process: run_python(code, blocked=("tensorflow",), env={...})."""

    def run(code, *, blocked=(), env=None, timeout=300):
        guard = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in blocked)
        process = subprocess.run(
            [sys.executable, "-c", guard + textwrap.dedent(code)], cwd=REPOSITORY,
            env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        assert process.returncode == 0, f"stdout:\n{process.stdout}\nstderr:\n{process.stderr[-6000:]}"
        return process.stdout

    return run


@pytest.fixture(scope="session")
def run_module():
    """A function that runs python -m MODULE ARGUMENTS: (exit code, stdout, stderr)."""

    def run(module, *arguments, cwd=REPOSITORY):
        command = [sys.executable, "-m", module, *map(str, arguments)]
        process = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
        return process.returncode, process.stdout, process.stderr

    return run


@pytest.fixture(scope="session")
def nano_student(tmp_path_factory):
    """Path of a saved random student of 32 x 32 px, the smallest there is."""
    import keras

    from dbdgan_tf.models import StudentConfig, build_student, save_network

    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("nano") / "student"
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=(32, 32))
    save_network(path, build_student(config), config, {"arguments": [f"--output_dir={path.parent}"]})
    return str(path)


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory):
    """ROOT/{train,test}/{images,masks}: photographs whose right half is blurred. Read only."""
    root, rng = tmp_path_factory.mktemp("tiny_dataset"), np.random.default_rng(7)
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    for split, count in (("train", 8), ("test", 3)):
        for folder in ("images", "masks"):
            (root / split / folder).mkdir(parents=True)
        for index in range(count):
            sharp = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
            photo = np.where(mask[..., None] > 0, cv2.GaussianBlur(sharp, (0, 0), 3), sharp)
            cv2.imwrite(str(root / split / "images" / f"photo{index}.png"), photo)
            cv2.imwrite(str(root / split / "masks" / f"photo{index}.png"), mask)
    return root


@pytest.fixture(scope="session")
def scene():
    """Discs and turned boxes over each other, as sharp as pixels allow: scene(height, width, seed=0)."""

    def make(height, width, seed=0):
        rng, factor = np.random.default_rng(seed), 4
        canvas = np.full((height * factor, width * factor, 3), 128, np.uint8)
        for _ in range(height * width // 800):
            centre = rng.integers(0, (width * factor, height * factor))
            size, colour = rng.integers(16, 200, 2), rng.integers(0, 256, 3).tolist()
            if rng.random() < 0.5:
                cv2.circle(canvas, centre.tolist(), int(size[0]) // 2, colour, -1)
            else:
                box = cv2.boxPoints((centre.tolist(), size.tolist(), float(rng.uniform(0, 180))))
                cv2.fillPoly(canvas, [box.astype(np.int32)], colour)
        return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)

    return make
