"""A tiny GAN: networks of plain convolutions, small enough for both backends on a CPU."""

import keras
import numpy as np
from keras import layers

from dbdgan_tf.models.discriminator import DiscriminatorConfig, build_discriminator
from dbdgan_tf.models.scaling import SYMMETRIC, UNIT
from dbdgan_tf.training import DistillationGAN
from dbdgan_tf.training.networks import compile_gan
from dbdgan_tf.training.options import LossOptions, OptimizerOptions

SIZE = (16, 16)


def network(name, channels, size=SIZE):
    x = inputs = keras.Input((*size, 3))
    x = layers.Conv2D(channels, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.Activation("relu", name="bottleneck")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.Conv2D(1, 3, padding="same", name="logits")(x)
    return keras.Model(inputs, layers.Activation("sigmoid", dtype="float32", name="blur_map")(x), name=name)


def fill(model, seed):
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        value = rng.normal(0.0, 0.3, variable.shape)
        variable.assign(np.abs(value) + 0.5 if "variance" in variable.path else value)


def make_gan(mode="joint", losses=None, run_eagerly=False):
    losses = losses or LossOptions(
        feature_weight=0.5, feature_taps=("bottleneck",), adversarial_weight=0.5,
        distill_adversarial_weight=0.5, ssim_weight=0.3, adversarial_warmup_steps=1,
    )  # fmt: skip
    student = network("student", 4)
    teacher = None if mode == "cached" else network("teacher", 6)
    config = DiscriminatorConfig(base_channels=4, depth=1, image_size=SIZE)
    names = ["teacher"] * (mode == "joint" and losses.adversarial_weight > 0)
    names += ["student"] * (losses.adversarial_weight > 0)
    names += ["distill"] * (losses.distill_adversarial_weight > 0)
    judges = {name: build_discriminator(config, "d_" + name) for name in names}
    gan = DistillationGAN(student, teacher, UNIT, SYMMETRIC, judges, mode, losses)
    for seed, model in enumerate([student, *([teacher] if teacher else []), *judges.values()]):
        fill(model, seed)
    for adapter in gan.adapters.values():
        fill(adapter, 9)
    options = OptimizerOptions(1e-3, discriminator_lr=1e-3, warmup_steps=0, ema_momentum=0.5)
    compile_gan(gan, options, 100, run_eagerly=run_eagerly)
    return gan


def batch(labelled=None, teacher_maps=False, count=4, seed=5):
    rng, shape = np.random.default_rng(seed), (count, *SIZE)
    result = {"images": rng.integers(0, 256, (*shape, 3)).astype("uint8")}
    result["segmentation_masks"] = (rng.random((*shape, 1)) > 0.5).astype("float32")
    result["counted"] = np.ones_like(result["segmentation_masks"])
    result["counted"][:, 2:7, 3:6] = 0
    if labelled is not None:
        result["labelled"] = np.array(labelled, "float32")
    if teacher_maps:
        result["teacher_maps"] = rng.random((*shape, 1)).astype("float32")
    return result


def save_one_step(path):
    gan = make_gan()
    history = gan.fit(batch(), batch_size=4, epochs=1, shuffle=False, verbose=0).history
    out = {"loss/" + name: values[0] for name, values in history.items()}
    for index, variable in enumerate(gan.variables + gan.optimizer.variables):
        out[f"{index:03d}/{variable.path}"] = keras.ops.convert_to_numpy(variable)
    np.savez(path, **out)
