"""Synthetic defocus: sharp photographs, layered in depth, seen through a thin lens."""

from dbdgan_tf.data.synthesis.generator import SourceSplit, split_sources, synthesize_image, write_dataset
from dbdgan_tf.data.synthesis.lens import ThinLens, aperture_kernel
from dbdgan_tf.data.synthesis.scene import SCENE_KINDS, Scene, SynthesisConfig, synthesize_scene
from dbdgan_tf.data.synthesis.sources import SourcePool, bundled_photographs, find_sources

__all__ = [
    "SCENE_KINDS", "Scene", "SourcePool", "SourceSplit", "SynthesisConfig", "ThinLens", "aperture_kernel",
    "bundled_photographs", "find_sources", "split_sources", "synthesize_image", "synthesize_scene",
    "write_dataset",
]  # fmt: skip
