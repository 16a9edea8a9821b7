"""A tiny GAN: networks of plain convolutions, small enough for both backends on a CPU."""

import pytest


@pytest.fixture(scope="session")
def tiny_gan_code():
    """Source that defines make_gan(mode, losses) and batches(): run in this process or in another."""
    return """
import keras, numpy as np
from keras import layers
from dbdgan_tf.models.discriminator import DiscriminatorConfig, build_discriminator
from dbdgan_tf.models.scaling import UNIT, SYMMETRIC
from dbdgan_tf.training import DistillationGAN, OptimizerGroup, make_optimizer
from dbdgan_tf.training.options import LossOptions, OptimizerOptions

SIZE = (16, 16)

def network(name, channels):
    x = inputs = keras.Input((*SIZE, 3))
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

def make_gan(mode="joint", losses=None, ema=True, run_eagerly=False):
    losses = losses or LossOptions(
        feature_weight=0.5, feature_taps=("bottleneck",), adversarial_weight=0.5,
        distill_adversarial_weight=0.5, ssim_weight=0.3, adversarial_warmup_steps=1)
    student = network("student", 4)
    teacher = None if mode == "cached" else network("teacher", 6)
    config = DiscriminatorConfig(base_channels=4, depth=1, image_size=SIZE)
    judges = {name: build_discriminator(config, "d_" + name) for name in ("teacher", "student", "distill")}
    if mode != "joint" or not losses.adversarial_weight:
        del judges["teacher"]
    if not losses.adversarial_weight:
        del judges["student"]
    if not losses.distill_adversarial_weight:
        del judges["distill"]
    gan = DistillationGAN(student, teacher, UNIT, SYMMETRIC, judges, mode, losses)
    for seed, model in enumerate([student, *([teacher] if teacher else []), *judges.values()]):
        fill(model, seed)
    for adapter in gan.adapters.values():
        fill(adapter, 9)
    groups = gan.variable_groups
    options = OptimizerOptions(warmup_steps=0, ema_momentum=0.5)
    optimizers = {name: make_optimizer(options, 1e-3, 100, use_ema=ema and not name.startswith("d"),
                                       adversary=name.startswith("d")) for name in groups}
    gan.compile(OptimizerGroup(optimizers, groups), run_eagerly=run_eagerly)
    return gan

def batch(count=4, labelled=None, teacher_maps=False):
    rng = np.random.default_rng(5)
    result = {"images": rng.integers(0, 256, (count, *SIZE, 3)).astype("uint8"),
              "segmentation_masks": (rng.random((count, *SIZE, 1)) > 0.5).astype("float32")}
    result["counted"] = np.ones_like(result["segmentation_masks"])
    result["counted"][:, 2:7, 3:6] = 0
    if labelled is not None:
        result["labelled"] = np.array(labelled, "float32")
    if teacher_maps:
        result["teacher_maps"] = rng.random((count, *SIZE, 1)).astype("float32")
    return result
"""


@pytest.fixture(scope="session")
def tiny(tiny_gan_code):
    """The same definitions as a namespace in this process."""
    namespace = {}
    exec(tiny_gan_code, namespace)
    return namespace
