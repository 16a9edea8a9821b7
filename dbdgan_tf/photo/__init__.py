"""Photographs, masks and films: NumPy, OpenCV and Pillow; one decoder for training, Python and the shell."""

from dbdgan_tf.photo.decoding import DEFAULT_MAX_PIXELS, SUFFIXES, Photo
from dbdgan_tf.photo.errors import ImageDamageWarning, ImageInputError
from dbdgan_tf.photo.masks import check_polarity, read_mask, read_mask_uint8, read_values
from dbdgan_tf.photo.pixels import resize
from dbdgan_tf.photo.reading import load_photo, read_image, to_rgb
from dbdgan_tf.photo.writing import IMAGE_SUFFIXES, encode, write_image, write_map

__all__ = [
    "DEFAULT_MAX_PIXELS", "IMAGE_SUFFIXES", "SUFFIXES", "ImageDamageWarning", "ImageInputError", "Photo",
    "check_polarity", "encode", "load_photo", "read_image", "read_mask", "read_mask_uint8", "read_values",
    "resize", "to_rgb", "write_image", "write_map",
]  # fmt: skip
