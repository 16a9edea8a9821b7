"""What a .tflite file says of itself, read without running it: metadata and graph."""

from dbdgan_tf.model_file.flat_graph import FlatGraph, read_graph
from dbdgan_tf.model_file.metadata import ModelMetadata, embed_metadata, read_metadata

__all__ = ["FlatGraph", "ModelMetadata", "embed_metadata", "read_graph", "read_metadata"]
