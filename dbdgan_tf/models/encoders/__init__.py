"""Encoders: image in, a dict of feature maps by stride out."""

from dbdgan_tf.models.encoders.registry import ENCODERS, EncoderSpec, build_encoder, encoder_spec

__all__ = ["ENCODERS", "EncoderSpec", "build_encoder", "encoder_spec"]
