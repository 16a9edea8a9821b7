"""Photographs that show the quantizer the ranges of real activations."""

import contextlib

import numpy as np

from dbdgan_tf.data.layouts import list_images
from dbdgan_tf.photo import ImageInputError, read_image, resize


def representative_images(folder, image_size, count, seed=0):
    """Reads a random choice of a folder's photographs (not of its sub-folders) at the network's size."""
    paths = list(list_images(folder))
    order = np.random.default_rng(seed).permutation(len(paths))
    images = []
    for index in order:
        with contextlib.suppress(ImageInputError):
            images.append(resize(read_image(paths[index], image_size), image_size))
        if len(images) == count:
            break
    if not images:
        raise ValueError(f"No readable image to calibrate with. Received: {folder}. Allowed: photos.")
    return images


def feeds(images, scale, full_range):
    """A generator function of the quantizer's kind: yields [image (1, H, W, 3) float32].

    `full_range` paints one corner of each image with the values 0 and 255. Then the range of the input is
    exactly that of a byte, and a byte needs no conversion.
    """

    def generate():
        for image in images:
            pixels = image.copy()
            if full_range:
                pixels[0, 0], pixels[0, 1] = 0, 255
            yield [np.asarray(scale(pixels), np.float32)[None]]

    return generate
