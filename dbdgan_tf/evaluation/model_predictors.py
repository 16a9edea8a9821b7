"""Predictors of saved networks, networks in memory and .tflite files."""

import numpy as np

from dbdgan_tf.evaluation.predictors import ImagePredictor
from dbdgan_tf.photo import resize


def keras_predictor(path_prefix, batch_size=1, map_size="photo", image_size=None):
    """An `ImagePredictor` on PREFIX.weights.h5 and PREFIX.json of `save_network`, by PREFIX or one of both.

    `image_size` (height, width) in px, multiples of 32, stands for the network's own.
    """
    from dbdgan_tf.models.serialization import load_network

    model, config = load_network(path_prefix, **({"image_size": tuple(image_size)} if image_size else {}))
    return network_predictor(model, model.input_shape[1:3], config.input_scaling, batch_size, map_size)


def network_predictor(model, image_size, input_scaling, batch_size=1, map_size="photo"):
    """An `ImagePredictor` on a Keras model in memory, scaled images (B, H, W, 3) -> blur maps (B, H, W, 1).

    The graph is compiled once, at one static batch; the last, smaller batch is padded.
    """
    height, width = (int(side) for side in image_size)
    step = _compiled_step(model)

    def run_batch(images):
        batch = np.zeros((batch_size, height, width, 3), np.float32)
        batch[: len(images)] = np.stack(images)
        scaled = np.asarray(input_scaling.apply(batch), np.float32)
        return np.asarray(step(scaled), np.float32)[: len(images), ..., 0]

    def prepare(image):
        return resize(image, (height, width))

    return ImagePredictor(run_batch, prepare, batch_size, (height, width), map_size)


def _compiled_step(model):
    """The model's inference as one compiled function of a numpy batch."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(lambda images: model(images, training=False), autograph=False)
    import jax

    state = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
    forward = jax.jit(lambda state, images: model.stateless_call(*state, images, training=False)[0])
    return lambda images: forward(state, images)


def tflite_predictor(path, map_size="photo"):
    """An `ImagePredictor` on a .tflite file, through `dbdgan_tf.inference.BlurDetector`."""
    from dbdgan_tf.inference import BlurDetector

    detector = BlurDetector(str(path))

    def run_batch(images):
        if map_size == "model":
            return [detector.small_map(image) for image in images]
        return [detector(image).blur_map for image in images]

    return ImagePredictor(run_batch, model_size=detector.image_size, map_size=map_size)


def model_predictor(path, batch_size=1, map_size="photo", image_size=None):
    """By file name a `tflite_predictor`, whose size is its own, or a `keras_predictor`."""
    if not str(path).endswith(".tflite"):
        return keras_predictor(path, batch_size, map_size, image_size)
    if image_size:
        raise ValueError(
            f"A .tflite file works at its own size. Received: image_size={tuple(image_size)} for {path}. "
            "Allowed: none; convert the network with --image_size instead."
        )
    return tflite_predictor(path, map_size=map_size)
