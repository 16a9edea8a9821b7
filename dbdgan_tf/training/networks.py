"""From options to the networks, optimizers and the GAN of a run."""

import collections
import dataclasses

import keras

from dbdgan_tf.data.augmentation import AugmentationConfig, BatchAugmentation
from dbdgan_tf.models.discriminator import DiscriminatorConfig, build_discriminator
from dbdgan_tf.models.serialization import load_network, network_files, read_network_json
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights.by_name import encoder_layer_names, load_encoder
from dbdgan_tf.models.weights.imagenet import PRETRAINED
from dbdgan_tf.training.distillation_gan import DistillationGAN
from dbdgan_tf.training.distribution import on_one_device
from dbdgan_tf.training.optimizers import OptimizerGroup, make_optimizer

# A network that makes maps, a second one on one device for averaged weights, and its config.
Generator = collections.namedtuple("Generator", "network averaged config")


def make_student(options, image_size):
    config = StudentConfig(options.student_encoder, options.student_decoder, tuple(image_size))
    return _make(build_student, config, options.student_weights)


def make_teacher(options, image_size):
    make_config = TeacherConfig.light if options.teacher_size == "light" else TeacherConfig
    config = make_config(encoder=options.teacher_encoder, image_size=tuple(image_size))
    return _make(build_teacher, config, options.teacher_weights)


def make_augmentation(options, seed):
    names = ("affine", "zoom", "shift", "colour")
    config = AugmentationConfig(**{name: getattr(options, f"augment_{name}") for name in names})
    return BatchAugmentation(tuple(options.image_size), seed=seed, config=config)


def make_gan(*, student, teacher, mode, losses, data, discriminator, seed):
    """The `DistillationGAN` of a run, not yet compiled, from two `Generator`s (or None) and options."""
    kind, channels = discriminator.discriminator, discriminator.discriminator_channels
    config = DiscriminatorConfig(kind=kind, base_channels=channels, image_size=tuple(data.image_size))
    wanted = {
        "teacher": losses.adversarial_weight and mode == "joint" and teacher is not None,
        "student": losses.adversarial_weight and student is not None,
        "distill": losses.distill_adversarial_weight and student is not None,
    }
    names = [name for name, is_wanted in wanted.items() if is_wanted]
    judges = {name: build_discriminator(config, f"discriminator_{name}") for name in names}
    made = [(one.network, one.config.input_scaling) if one else (None, None) for one in (student, teacher)]
    networks, scalings = zip(*made)
    augmentation = make_augmentation(data, seed) if data.augment else None
    return DistillationGAN(*networks, *scalings, judges, mode, losses, augmentation, name="distillation_gan")


def compile_gan(gan, options, total_steps, encoders=(), **how):
    """Gives networks their optimizers; `encoders`, by network, learn at `options.encoder_lr_fraction`."""
    horizon = keras.Variable(total_steps, dtype="int32", trainable=False, name="horizon")
    groups, optimizers = gan.variable_groups, {}
    for name in groups:
        adversary = name.startswith("discriminator")
        rate = options.discriminator_lr if adversary else options.generator_lr
        slow = encoder_layer_names(encoders[name]) if name in encoders else ()
        optimizers[name] = make_optimizer(options, rate, horizon, adversary=adversary, slow_layers=slow)
    gan.compile(OptimizerGroup(optimizers, groups, horizon), **how)


def freeze_encoder_norms(network, encoder):
    """Freezes an encoder's batch normalisations: statistics of a few photographs are noisier."""
    names = encoder_layer_names(encoder)
    for layer in network.layers:
        if layer.name in names and isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _make(build, config, weights):
    """Builds a network twice; a saved network's own config goes before the options', but for the size."""
    saved = weights and weights not in PRETRAINED and network_files(weights)[1].is_file()
    if saved and type(read_network_json(weights)["config"]) is not type(config):
        network = build(config)
        load_encoder(network, config.encoder, weights)
    elif saved:
        network, config = load_network(weights, image_size=config.image_size)
        config = dataclasses.replace(config, image_size=tuple(network.input_shape[1:3]))
    else:
        network = build(config, weights=weights or None)
    with on_one_device():
        return Generator(network, build(config), config)
