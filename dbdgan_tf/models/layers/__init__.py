"""Public Keras layers of the networks; every one serializes and runs on any Keras backend."""

from dbdgan_tf.models.layers.attention import NonLocalBlock, SqueezeExcite
from dbdgan_tf.models.layers.dense_aspp import DenseASPP
from dbdgan_tf.models.layers.grouped_conv import GroupedConv2D

__all__ = ["DenseASPP", "GroupedConv2D", "NonLocalBlock", "SqueezeExcite"]
